import { isLockMode } from "./lock-modes.ts";
import { FIRST_OWN_ID } from "./relations.ts";
import type { SampledLock } from "./sample.ts";

/**
 * One look at the locks of the command's sessions. An ordinary role sees all of `pg_locks`. Every statement locks catalogs as a reader or a
 * writer does, which blocks nobody, so of the catalogs only stronger locks are read. Those that all databases share have no database.
 * `$1`: processes of the server that belong to the command; `$2`: those of offshoot; `$3`: the database. Nobody else uses the copy, so other
 * clients belong to the command too: they connected to the server itself. A prepared transaction has no process. What the server does
 * itself (autovacuum) has no role, and workers of a query have a leader, which has the same locks.
 */
const LOOK = `select pg_catalog.string_agg(coalesce(l.pid, 0)::pg_catalog.text || ' ' || l.relation::pg_catalog.text || ' ' || l.mode || ' ' || l.granted::pg_catalog.text || ' ' || pg_catalog.split_part(l.virtualtransaction, '/', 2), ',') as locks,
    pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() operator(pg_catalog.-) pg_catalog.statement_timestamp()) as seconds
  from pg_catalog.pg_lock_status() l
  where l.locktype operator(pg_catalog.=) 'relation' and l.database operator(pg_catalog.=) any (array[0::pg_catalog.oid, $3::pg_catalog.oid])
    and (l.relation operator(pg_catalog.>=) ${FIRST_OWN_ID}::pg_catalog.oid
      or l.mode operator(pg_catalog.=) any ('{ShareLock,ShareRowExclusiveLock,ExclusiveLock,AccessExclusiveLock}'::pg_catalog.text[]))
    and case when l.pid is null then l.database operator(pg_catalog.=) $3::pg_catalog.oid
      when l.pid operator(pg_catalog.=) any ($1::pg_catalog.int4[]) then true
      when l.pid operator(pg_catalog.=) any ($2::pg_catalog.int4[]) then false
      else exists (select from pg_catalog.pg_stat_get_activity(l.pid) a where a.datid operator(pg_catalog.=) $3::pg_catalog.oid and a.usesysid is not null
        and a.leader_pid is null and coalesce(a.backend_type, 'client backend') operator(pg_catalog.=) 'client backend') end`;

/**
 * An index that is not live is left out: `drop index concurrently` locks it exclusively at its end, when no other session opens it any
 * more (PostgreSQL documentation, `pg_index.indislive`).
 */
const WITHOUT_DEAD =
  "and not exists (select from pg_catalog.pg_index i where i.indexrelid operator(pg_catalog.=) l.relation and not i.indislive)";

/** The queries of a look. The second reads no table: it also answers while somebody locks the catalog that the first one reads. */
export const LOOKS = { usual: `${LOOK} ${WITHOUT_DEAD}`, withoutCatalogs: LOOK };

/** Of a lock that belongs to a prepared transaction. */
export const NO_PROCESS = 0;

/** Reads the answer of a look. Pure. */
export function locksIn(text: string): readonly SampledLock[] {
  if (text === "") return [];
  return text.split(",").flatMap((each) => {
    const [pid = "", relation = "", mode = "", granted = "", transaction = ""] = each.split(" ");
    const numbers = { pid: Number(pid), relation: Number(relation), transaction: Number(transaction) };
    return isLockMode(mode) ? [{ ...numbers, mode, granted: granted === "true" }] : [];
  });
}
