import type { Session } from "../../postgres/connect.ts";

/** What makes a schema and its rights. Indexes, columns and policies need one of these. Oversized rows are in tables of `pg_toast`. */
const CATALOGS: readonly (readonly [catalog: string, schemaColumn?: string])[] = [
  ["pg_namespace"],
  ["pg_class", "relnamespace"],
  ["pg_type", "typnamespace"],
  ["pg_proc", "pronamespace"],
  ["pg_operator", "oprnamespace"],
  ["pg_collation", "collnamespace"],
  ["pg_ts_config", "cfgnamespace"],
  ["pg_ts_dict", "dictnamespace"],
  ["pg_extension"],
  ["pg_language"],
  ["pg_cast"],
  ["pg_am"],
  ["pg_foreign_data_wrapper"],
  ["pg_foreign_server"],
  ["pg_event_trigger"],
  ["pg_publication"],
  ["pg_default_acl"],
  ["pg_largeobject_metadata"],
];

/** The transaction that gave the database its name is the last one of its creation, so every later row was written by a user. */
const LATER = "pg_catalog.age(o.xmin) < pg_catalog.age(d.xmin)";

const OURS = "(select n.oid from pg_catalog.pg_namespace n where n.nspname in ('offshoot', 'pg_toast'))";

const CHANGED = CATALOGS.map(([catalog, schema]) => {
  const own = schema === undefined ? (catalog === "pg_namespace" ? "and o.nspname <> 'offshoot'" : "") : `and o.${schema} not in ${OURS}`;
  return `exists (select from pg_catalog.${catalog} o where ${LATER} ${own})`;
}).join("\n  or ");

const WHY =
  "something else was in it before these migrations, such as earlier ones. A tool does not run a file again that was changed or deleted since. If you did that, create the database again: `npx offshoot down`, then `npx offshoot up --migrate`.";

/**
 * Why a database must not become a base: it is not as it was created. In one that a person, earlier migrations or an earlier
 * try have changed there can be what these migrations do not make, and later runs would start with it. `epoch` is 1 for the
 * first leader of a database. Undefined: nothing is in it but the tables of offshoot.
 */
export async function refuseUsed(session: Session, epoch: number): Promise<string | undefined> {
  if (epoch !== 1) return WHY;
  const [row] = await session.query<{ changed: boolean }>(
    `select exists (select from pg_catalog.pg_db_role_setting s where s.setdatabase = d.oid)
  or ${CHANGED} as changed
     from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()`,
  );
  return row?.changed === false ? undefined : WHY;
}
