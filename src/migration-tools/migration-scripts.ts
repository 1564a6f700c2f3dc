/** The names of scripts and targets that migrate. */
export const SCRIPT =
  /^(?:(?:db|database|prisma|typeorm|knex|drizzle|sequelize|mikro-orm|kysely|ci)[.:_-]?)?(?:(?:run|apply)[.:_-])?migrat(?:e|ions?)(?:[.:_-]?(?:run|up|latest|deploy|apply|prod|ci|db))?$/i;
/** Names that also a script can have that only starts a database. What it runs decides. */
const PERHAPS = /^(?:db|database|schema|knex|drizzle|prisma)[.:_-](?:setup|prepare|push|deploy|init|up|latest|apply)$/i;
const ONLY_STARTS = /\b(?:docker|podman|compose|pg_ctl|brew|systemctl|offshoot)\b/;
/** Commands that migrate, whatever the name of their script is. */
const MIGRATES =
  /\b(?:drizzle-kit (?:push|migrate)|prisma (?:db push|migrate (?:deploy|dev))|node ace migration:run|typeorm\S* (?:\S+ )*migration:run|knex (?:\S+ )*migrate:latest|sequelize(?:-cli)? db:migrate|alembic upgrade|(?:src|scripts|db)\/(?:\S+\/)?migrate\.[cm]?[jt]s|psql\b[^&|;]*(?:-f|--file=?|<)\s*\S*schema\S*\.sql)/;

/** The scripts of a `package.json` whose names show that they migrate, such as `db:migrate` or `migration:run`. */
export function migrationScripts(manifest: string | undefined): readonly string[] {
  const found = Object.entries(scriptsIn(manifest)).map(([name, body]) => ({ name, body: typeof body === "string" ? body : "" }));
  const named = found.filter(({ name, body }) => SCRIPT.test(name) && !/\boffshoot\b/.test(body));
  const perhaps = found.filter(
    ({ name, body }) => !SCRIPT.test(name) && !ONLY_STARTS.test(body) && (PERHAPS.test(name) || MIGRATES.test(body)),
  );
  return [...named, ...perhaps].map(({ name }) => name);
}

function scriptsIn(manifest: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const scripts = manifest === undefined ? undefined : (JSON.parse(manifest) as { readonly scripts?: unknown } | null)?.scripts;
    return typeof scripts === "object" && scripts !== null ? { ...scripts } : {};
  } catch {
    // The detection of tools reports a package.json that is not valid.
    return {};
  }
}
