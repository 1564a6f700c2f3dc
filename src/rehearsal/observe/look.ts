import { isLockMode } from "./lock-modes.ts";
import { FIRST_OWN_ID } from "./relations.ts";
import type { SampledLock } from "./sample.ts";

/**
 * One look at the locks of some processes (`$1`). An ordinary role sees all of `pg_locks`. Every statement locks catalogs as a reader or a
 * writer does, which blocks nobody, so of the catalogs only stronger locks are read. Those that all databases share have no database.
 */
const LOOK = `select pg_catalog.string_agg(l.pid::pg_catalog.text || ' ' || l.relation::pg_catalog.text || ' ' || l.mode || ' ' || l.granted::pg_catalog.text || ' ' || pg_catalog.split_part(l.virtualtransaction, '/', 2), ',') as locks,
    pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() operator(pg_catalog.-) pg_catalog.statement_timestamp()) as seconds
  from pg_catalog.pg_lock_status() l
  where l.locktype operator(pg_catalog.=) 'relation'
    and (l.relation operator(pg_catalog.>=) ${FIRST_OWN_ID}::pg_catalog.oid
      or l.mode operator(pg_catalog.=) any ('{ShareLock,ShareRowExclusiveLock,ExclusiveLock,AccessExclusiveLock}'::pg_catalog.text[]))`;

/**
 * An index that is not live is left out: `drop index concurrently` locks it exclusively at its end, when no other session opens it any
 * more (PostgreSQL documentation, `pg_index.indislive`).
 */
const OF_DATABASE = `and not exists (select from pg_catalog.pg_index i where i.indexrelid operator(pg_catalog.=) l.relation and not i.indislive)
    and l.database operator(pg_catalog.=) any (array(select oid from pg_catalog.pg_database where datname operator(pg_catalog.=) pg_catalog.current_database()) || 0::pg_catalog.oid)`;
const OF_PROCESSES = "l.pid operator(pg_catalog.=) any ($1::pg_catalog.int4[])";
/** And of sessions whose name begins with `$2`. */
const BY_NAME = `l.pid operator(pg_catalog.=) any (select a.pid from pg_catalog.pg_stat_get_activity(null::pg_catalog.int4) a
      where pg_catalog.starts_with(a.application_name, $2))`;

export interface LookText {
  readonly usual: string;
  /** Reads no table: it also answers while somebody locks the catalogs that the usual one reads. */
  readonly withoutCatalogs: string;
}

/** The queries of a look. `byName`: they have the parameter `$2`. Pure. */
export function lookText(byName: boolean): LookText {
  const whose = byName ? `and (${OF_PROCESSES} or ${BY_NAME})` : `and ${OF_PROCESSES}`;
  return { usual: `${LOOK} ${OF_DATABASE} ${whose}`, withoutCatalogs: `${LOOK} ${whose}` };
}

/** Reads the answer of a look. Pure. */
export function locksIn(text: string): readonly SampledLock[] {
  if (text === "") return [];
  return text.split(",").flatMap((each) => {
    const [pid = "", relation = "", mode = "", granted = "", transaction = ""] = each.split(" ");
    const numbers = { pid: Number(pid), relation: Number(relation), transaction: Number(transaction) };
    return isLockMode(mode) ? [{ ...numbers, mode, granted: granted === "true" }] : [];
  });
}
