import { withSession } from "../postgres/connect.ts";
import type { DirectUrl } from "../postgres/url.ts";

/** More are not read. An error that has another name is shown without it. */
const MOST_NAMES = 300_000;

/** The catalogs with the names that an error can have, and their columns. */
const NAMES = [
  ["pg_class", "relname"],
  ["pg_attribute", "attname"],
  ["pg_namespace", "nspname"],
  ["pg_constraint", "conname"],
  ["pg_type", "typname"],
  ["pg_proc", "proname"],
  ["pg_trigger", "tgname"],
  ["pg_policy", "polname"],
  ["pg_rewrite", "rulename"],
  ["pg_extension", "extname"],
  ["pg_collation", "collname"],
  ["pg_opclass", "opcname"],
  ["pg_am", "amname"],
  ["pg_language", "lanname"],
  ["pg_roles", "rolname"],
  ["pg_database", "datname"],
  ["pg_publication", "pubname"],
  ["pg_foreign_server", "srvname"],
  ["pg_statistic_ext", "stxname"],
  ["pg_settings", "name"],
] as const;

/**
 * The names of all objects of a database and of its server, with which an error can be shown. None where they cannot be read: the
 * error is shown with those of the statements only then. Needs no right.
 */
export async function namesIn(url: DirectUrl, signal: AbortSignal): Promise<readonly string[]> {
  const each = NAMES.map(([catalog, column]) => `select ${column}::pg_catalog.text as name from pg_catalog.${catalog}`);
  const sql = `${each.join(" union ")} limit ${MOST_NAMES}`;
  const rows = await withSession(url, (session) => session.query<{ name: string }>(sql), { signal }).catch(() => []);
  return rows.map(({ name }) => name);
}

/** Of Postgres itself, and of extensions. */
const GIVEN = NAMES.filter(([catalog]) => !["pg_attribute", "pg_database", "pg_settings", "pg_roles"].includes(catalog)).map(
  ([catalog, column]) =>
    `select ${column}::pg_catalog.text as name from pg_catalog.${catalog} o where o.oid operator(pg_catalog.<) 16384::pg_catalog.oid
      or exists (select from pg_catalog.pg_depend d where d.objid operator(pg_catalog.=) o.oid
        and d.classid operator(pg_catalog.=) 'pg_catalog.${catalog}'::pg_catalog.regclass and d.deptype operator(pg_catalog.=) 'e')`,
);

/** The names that belong to Postgres and to extensions, and its keywords: nobody can have made them of a value. Throws what a query throws. */
export async function givenNames(url: DirectUrl, signal: AbortSignal): Promise<readonly string[]> {
  const sql = `${GIVEN.join(" union ")} union select word from pg_catalog.pg_get_keywords() union select name from pg_catalog.pg_settings limit ${MOST_NAMES}`;
  const rows = await withSession(url, (session) => session.query<{ name: string }>(sql), { signal });
  return rows.map(({ name }) => name);
}
