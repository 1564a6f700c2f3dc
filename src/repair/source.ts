import { ownRoutine, signatureOf } from "../catalog/routines.ts";
import { scope } from "../catalog/scope.ts";
import type { Session } from "../postgres/connect.ts";
import { OBJECT_KEYS } from "./dependency-keys.ts";

/** One object needs another. */
export interface Dependency {
  readonly dependent: string;
  readonly on: string;
  /** Whether the dependent blocks the drop of the other object. If not, Postgres drops the dependent with it. */
  readonly blocks: boolean;
}

/** What a repair needs to know about a database in addition to its catalog. */
export interface RepairSource {
  readonly dependencies: readonly Dependency[];
  /** The complete statement of each function and procedure, by id. */
  readonly routines: ReadonlyMap<string, string>;
  /** The current role. It owns what a repair creates when the same role runs it. */
  readonly user: string;
  /** The names of all roles, unquoted. */
  readonly roles: ReadonlySet<string>;
}

/** `deptype` is `n` when a drop needs CASCADE (PostgreSQL documentation, pg_depend). */
const dependencies = `
with ${scope(undefined)}, node as materialized (${OBJECT_KEYS})
select a.key as dependent, b.key as "on", bool_or(d.deptype = 'n') as blocks
from pg_depend d
join node a on a.classid = d.classid and a.objid = d.objid and a.sub = d.objsubid
join node b on b.classid = d.refclassid and b.objid = d.refobjid and b.sub = d.refobjsubid
where a.key <> b.key
group by 1, 2 order by 1, 2`;

const routines = `
with ${scope(undefined)}
select format('%I.%I%s', n.nspname, p.proname, ${signatureOf("p")}) as id, pg_get_functiondef(p.oid) as definition
from pg_proc p join ns n on n.oid = p.pronamespace
where p.prokind <> 'a' and ${ownRoutine}`;

const roles = `select rolname as name, rolname = current_user as me from pg_roles`;

/** Reads what a repair needs and `readCatalog` leaves out. Read only. Throws the server's error. */
export async function readRepairSource(session: Session): Promise<RepairSource> {
  const edges = await session.query<{ dependent: string; on: string; blocks: boolean }>(withEmptySearchPath(dependencies));
  const definitions = await session.query<{ id: string; definition: string }>(withEmptySearchPath(routines));
  const known = await session.query<{ name: string; me: boolean }>(withEmptySearchPath(roles));
  return {
    dependencies: edges,
    routines: new Map(definitions.map(({ id, definition }) => [id, definition])),
    user: known.find(({ me }) => me)?.name ?? "",
    roles: new Set(known.map(({ name }) => name)),
  };
}

/** With an empty search path, Postgres writes every name with its schema. The settings end with the transaction, as in `catalogQuery`. */
function withEmptySearchPath(query: string): string {
  return `set local transaction_read_only = on; set local search_path = ''; set local jit = off; ${query}`;
}
