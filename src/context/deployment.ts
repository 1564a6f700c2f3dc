import type { CiContext } from "../ci/ci.ts";
import type { Settings } from "../config/settings.ts";
import { OffshootError } from "../errors.ts";
import { type DirectUrl, parseUrl } from "../postgres/url.ts";

/**
 * Refuses to migrate the database of a URL in the build of a site, when that could be the database of production by mistake. The setting
 * `migrations.production` names that database: a production build migrates no other one, and a preview build never migrates this one.
 * Throws `PROTECTED`.
 */
export function requireDeployment({ ci, settings }: { readonly ci: CiContext; readonly settings: Settings }, url: DirectUrl): void {
  const { deployment } = ci;
  if (deployment === undefined) return;
  const named = settings.migrations.production;
  const places = placesOf(url);
  const isIt = (place: Place): boolean => named !== undefined && isNamed(place, named);
  if (deployment === "preview" && !places.some(isIt)) return;
  if (deployment !== "preview" && (places.every(isIt) || (deployment === "unknown" && named !== undefined))) return;
  const host = places[0]?.host ?? "";
  const allow = `set OFFSHOOT_MIGRATIONS_PRODUCTION=${host}`;
  if (deployment === "preview")
    throw new OffshootError("PROTECTED", `This preview build has the URL of the production database (${host}).`, {
      meaning: "migrations.production names this database, and a preview build never migrates it. Nothing was run.",
      remedy: "Give preview builds the URL of another database, for example of the branch that Neon's integration creates.",
    });
  const builds = { production: "This is a production build", unknown: "This build may be one of production" }[deployment];
  throw new OffshootError(
    "PROTECTED",
    named === undefined
      ? `${builds}, and no setting names the production database.`
      : `${builds}, and its database (${host}) is not the one that migrations.production names.`,
    {
      meaning: `A build must not migrate the production database by mistake. Nothing was run.`,
      remedy:
        deployment === "unknown"
          ? `In every build, set OFFSHOOT_MIGRATIONS_PRODUCTION to the host of your production database: previews then never migrate it. If this build is for production, ${allow}`
          : `If this build has to migrate it, ${allow}`,
    },
  );
}

/** Where a URL leads. */
interface Place {
  readonly host: string;
  readonly port: string;
  readonly database: string;
}

/**
 * Where a URL can lead. Parameters have precedence over the parts before them, and a list of hosts is tried in its order (PostgreSQL
 * documentation, "Connection URIs"). Drivers that do not read them use the host before them, so that one counts too.
 */
function placesOf(url: DirectUrl): readonly Place[] {
  const { host, port, database } = parseUrl(url);
  const { searchParams } = new URL(url);
  const given = (name: string): readonly string[] => searchParams.getAll(name).flatMap((each) => each.split(","));
  const hosts = [host, ...given("host"), ...given("hostaddr")].filter((each) => each !== "").map(plainHost);
  const ports = [String(port), ...given("port")];
  const databases = [database, ...given("dbname")].map((each) => each.toLowerCase());
  return hosts.flatMap((each) => ports.flatMap((at) => databases.map((name) => ({ host: each, port: at, database: name }))));
}

/** The value of the setting: a host or an endpoint, and perhaps a port and a database. */
const NAME = /^(?<host>\[[^\]]+\]|[^:/]+)(?::(?<port>\d+))?(?:\/(?<database>.+))?$/;

function isNamed({ host, port, database }: Place, named: string): boolean {
  const parts = NAME.exec(named.trim().toLowerCase())?.groups;
  if (parts === undefined) return false;
  const wanted = plainHost(parts["host"] ?? "");
  const endpoint = /^ep-[^.]+(?=\.)/.exec(host)?.[0];
  return (
    (wanted === host || wanted === endpoint) &&
    (parts["port"] === undefined || parts["port"] === port) &&
    (parts["database"] === undefined || parts["database"] === database)
  );
}

/** A host as it is compared: names ignore case and a dot at the end, and Neon's pooled host is the one of the same endpoint. */
function plainHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "")
    .replace(/^([^.]+)-pooler(?=\.|$)/, "$1");
}
