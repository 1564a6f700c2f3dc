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
  const named = settings.migrations.production?.trim().toLowerCase();
  const names = namesOf(url);
  const isNamed = named !== undefined && names.includes(named);
  if (deployment === "preview" ? !isNamed : isNamed || (deployment === "unknown" && named !== undefined)) return;
  const [host = ""] = names;
  const allow = `set OFFSHOOT_MIGRATIONS_PRODUCTION=${host}`;
  const builds = { production: "This is a production build", unknown: "This build may be one of production" }[
    deployment === "preview" ? "production" : deployment
  ];
  if (deployment === "preview")
    throw new OffshootError("PROTECTED", `This preview build has the URL of the production database (${host}).`, {
      meaning: "migrations.production names this database, and a preview build never migrates it. Nothing was run.",
      remedy: "Give preview builds the URL of another database, for example of the branch that Neon's integration creates.",
    });
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

/** What a user can call the database: the host, on Neon the id of its endpoint, and each with the name of the database. */
function namesOf(url: DirectUrl): readonly string[] {
  const { host, database } = parseUrl(url);
  const hosts = [host, ...(/^ep-[^.]+(?=\.)/.exec(host) ?? [])];
  return [...hosts, ...hosts.map((each) => `${each}/${database}`)].map((name) => name.toLowerCase());
}
