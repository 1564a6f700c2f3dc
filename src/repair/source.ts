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
  /** The schemas that have an object of this name, for all names, unquoted. Objects of extensions count, those of Postgres do not. */
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** The body of each SQL function of an extension, by id without arguments. */
  readonly extensionBodies: ReadonlyMap<string, string>;
  /** The current role. It owns what a repair creates when the same role runs it. */
  readonly user: string;
  /** The names of all roles, unquoted. */
  readonly roles: ReadonlySet<string>;
}

/** `deptype` is `n` when a drop needs CASCADE (PostgreSQL documentation, pg_depend). */
const dependencies = `
with ${scope(undefined)}, node as materialized (${OBJECT_KEYS})
select a.key as dependent, b.key as "on", pg_catalog.bool_or(d.deptype = 'n') as blocks
from pg_catalog.pg_depend d
join node a on a.classid = d.classid and a.objid = d.objid and a.sub = d.objsubid
join node b on b.classid = d.refclassid and b.objid = d.refobjid and b.sub = d.refobjsubid
where a.key <> b.key
group by 1, 2 order by 1, 2`;

const routines = `
with ${scope(undefined)}
select pg_catalog.format('%I.%I%s', n.nspname, p.proname, ${signatureOf("p")}) as id, pg_catalog.pg_get_functiondef(p.oid) as definition
from pg_catalog.pg_proc p join ns n on n.oid = p.pronamespace
where p.prokind <> 'a' and ${ownRoutine}`;

/** Functions, relations, types, operators, and the text search objects that a function can name in a string. */
const names = `
select o.name, pg_catalog.array_to_json(pg_catalog.array_agg(distinct n.nspname::pg_catalog.text)) as schemas
from (
  select proname::pg_catalog.text as name, pronamespace as schema from pg_catalog.pg_proc
  union all select relname::pg_catalog.text, relnamespace from pg_catalog.pg_class where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  union all select typname::pg_catalog.text, typnamespace from pg_catalog.pg_type where typtype in ('e', 'd', 'r', 'm', 'c')
  union all select typname::pg_catalog.text, typnamespace from pg_catalog.pg_type where typtype = 'b' and typelem = 0
  union all select oprname::pg_catalog.text, oprnamespace from pg_catalog.pg_operator
  union all select dictname::pg_catalog.text, dictnamespace from pg_catalog.pg_ts_dict
  union all select cfgname::pg_catalog.text, cfgnamespace from pg_catalog.pg_ts_config
  union all select collname::pg_catalog.text, collnamespace from pg_catalog.pg_collation) o
join pg_catalog.pg_namespace n on n.oid = o.schema
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
group by o.name`;

const extensionBodies = `
select pg_catalog.format('%I.%I', n.nspname, p.proname) as id, p.prosrc as body
from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace join pg_catalog.pg_language l on l.oid = p.prolang
join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objid = p.oid and d.deptype = 'e'
where l.lanname in ('sql', 'plpgsql') and n.nspname <> 'pg_catalog' and p.proconfig is null and pg_catalog.length(p.prosrc) < 100000`;

const roles = `select rolname as name, rolname = current_user as me from pg_catalog.pg_roles`;

/** Reads what a repair needs and `readCatalog` leaves out. Read only. Throws the server's error. */
export async function readRepairSource(session: Session): Promise<RepairSource> {
  const edges = await session.query<{ dependent: string; on: string; blocks: boolean }>(withEmptySearchPath(dependencies));
  const definitions = await session.query<{ id: string; definition: string }>(withEmptySearchPath(routines));
  const named = await session.query<{ name: string; schemas: string[] }>(withEmptySearchPath(names));
  const bodies = await session.query<{ id: string; body: string }>(withEmptySearchPath(extensionBodies));
  const known = await session.query<{ name: string; me: boolean }>(withEmptySearchPath(roles));
  return {
    dependencies: edges,
    routines: new Map(definitions.map(({ id, definition }) => [id, definition])),
    names: new Map(named.map(({ name, schemas }) => [name, schemas.toSorted()])),
    extensionBodies: new Map(bodies.map(({ id, body }) => [id, body])),
    user: known.find(({ me }) => me)?.name ?? "",
    roles: new Set(known.map(({ name }) => name)),
  };
}

/** With an empty search path, Postgres writes every name with its schema. The settings end with the transaction, as in `catalogQuery`. */
function withEmptySearchPath(query: string): string {
  return `set local transaction_read_only = on; set local search_path = ''; set local jit = off; ${query}`;
}
