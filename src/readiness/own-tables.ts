import { foreignCode } from "../postgres/foreign-code.ts";
import type { Session } from "../postgres/session.ts";
import { notOurs } from "./stored.ts";

/** Those that a leader creates. Seeds add one. */
const TABLES = ["readiness", "waiters", "sessions"] as const;
const ALL = [...TABLES, "seeds"];

/** Sessions whose database has the tables as offshoot made them. Nobody but this role and superusers can change them. */
const CHECKED = new WeakSet<Session>();

type Found = { owner: string | null; tables: string[] | null; kind: string | null };

/**
 * The tables of offshoot in this database, before a statement uses them. Everybody who may create a schema can create
 * `offshoot` in a parent database: its triggers, and functions of its indexes, would run with the rights of our role. So the
 * schema and the tables must belong to our role or to a superuser, and contain no code of the database. Throws `NOT_OURS`, and
 * the server's error when our role cannot use the schema.
 */
export async function ownTables(session: Session): Promise<"all" | "none" | "some"> {
  if (CHECKED.has(session)) return "all";
  const [found] = await session.query<Found>(STATE, [ALL.map((table) => `offshoot.${table}`)]);
  if (found === undefined) return "none";
  if (found.owner !== null) throw notOurs("offshoot.readiness", `it belongs to the role ${JSON.stringify(found.owner)}`);
  if (found.kind !== null) throw notOurs("offshoot.readiness", `its ${found.kind} can run code of the database`);
  const has = (table: string): boolean => found.tables?.includes(table) ?? false;
  if (!TABLES.every(has)) return has("readiness") ? "some" : "none";
  CHECKED.add(session);
  return "all";
}

const STATE = `
with own as (
  select n.nspowner as owner, true as is_schema, null::pg_catalog.name as name from pg_catalog.pg_namespace n where n.nspname = 'offshoot'
  union all
  select c.relowner, false, c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'offshoot' and c.relname in (${ALL.map((table) => `'${table}'`).join(", ")})
)
select (
    select r.rolname::pg_catalog.text from own join pg_catalog.pg_roles r on r.oid = own.owner
    where not r.rolsuper and r.rolname <> current_user limit 1
  ) as owner,
  (select pg_catalog.array_agg(name::pg_catalog.text) from own where not is_schema) as tables,
  ${foreignCode("write")} as kind`;
