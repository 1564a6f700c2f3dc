import { OffshootError } from "../errors.ts";
import { foreignCode } from "../postgres/foreign-code.ts";
import type { Session } from "../postgres/session.ts";
import { notOurs } from "./stored.ts";

/** Those that a leader creates. Seeds, the record of schema changes and the migration tool `sql` add one each. */
const TABLES = ["readiness", "waiters", "sessions"] as const;
const ALL = [...TABLES, "seeds", "schema_changes", "applied"];

/** Sessions whose database has the tables as offshoot made them. Nobody but this role and superusers can change them. */
const CHECKED = new WeakSet<Session>();

type Found = { owner: string | null; writer: string | null; tables: string[] | null; kind: string | null };

/**
 * The tables of offshoot in this database, before a statement uses them. Everybody who may create a schema can create
 * `offshoot` in a parent database: its triggers, and functions of its indexes, would run with the rights of our role. So the
 * schema and the tables must belong to our role or to a superuser, contain no code of the database, and no other role may change
 * them: it could add such code at any time, or forge a state. Throws `NOT_OURS`, and the server's error when our role cannot use
 * the schema.
 */
export async function ownTables(session: Session): Promise<"all" | "none" | "some"> {
  if (CHECKED.has(session)) return "all";
  const [found] = await session.query<Found>(STATE, [ALL.map((table) => `offshoot.${table}`)]);
  if (found === undefined) return "none";
  if (found.owner !== null) throw notOurs("offshoot.readiness", `it belongs to the role ${JSON.stringify(found.owner)}`);
  if (found.writer !== null) throw changeable(found.writer);
  if (found.kind !== null) throw notOurs("offshoot.readiness", `its ${found.kind} can run code of the database`);
  const has = (table: string): boolean => found.tables?.includes(table) ?? false;
  if (!TABLES.every(has)) return has("readiness") ? "some" : "none";
  CHECKED.add(session);
  return "all";
}

function changeable(who: string): OffshootError {
  return new OffshootError(
    "NOT_OURS",
    `Another role can change the tables of offshoot in this database: ${who} has rights on the schema offshoot.`,
    {
      meaning: "It could have forged the state of the migrations, so that is unknown. Nothing was migrated or deleted.",
      remedy:
        "Find out who granted these rights. Then run `drop schema offshoot cascade` in this database, and start a new run. offshoot takes away what default privileges give on its new tables.",
      facts: { schema: "offshoot" },
    },
  );
}

const ALL_NAMES = ALL.map((table) => `'${table}'`).join(", ");

const STATE = `
with own as (
  select n.nspowner as owner, true as is_schema, null::pg_catalog.name as name, n.nspacl as acl from pg_catalog.pg_namespace n where n.nspname = 'offshoot'
  union all
  select c.relowner, false, c.relname, c.relacl from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'offshoot' and c.relname in (${ALL_NAMES})
), acls as (
  select owner, acl from own
  union all
  select c.relowner, a.attacl from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_attribute a on a.attrelid = c.oid
    where n.nspname = 'offshoot' and c.relname in (${ALL_NAMES}) and a.attacl is not null
)
select (
    select r.rolname::pg_catalog.text from own join pg_catalog.pg_roles r on r.oid = own.owner
    where not r.rolsuper and r.rolname <> current_user limit 1
  ) as owner,
  (
    select coalesce('the role ' || pg_catalog.to_json(r.rolname)::pg_catalog.text, 'every role')
    from acls cross join pg_catalog.aclexplode(acls.acl) a left join pg_catalog.pg_roles r on r.oid = a.grantee
    where a.grantee <> acls.owner and a.privilege_type not in ('SELECT', 'USAGE') and (r.oid is null or not r.rolsuper and r.rolname <> current_user)
    limit 1
  ) as writer,
  (select pg_catalog.array_agg(name::pg_catalog.text) from own where not is_schema) as tables,
  ${foreignCode("write")} as kind`;
