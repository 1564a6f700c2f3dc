import { type Lineage, lineageOf, listsMigrations } from "../../context/base-record.ts";
import type { Context } from "../../context/context.ts";
import { basesOf, type Migrations, withoutSeeds } from "../../context/migrations.ts";
import { loadProvider, providerLimits } from "../../context/providers.ts";
import { withSession } from "../../postgres/connect.ts";
import { withDatabase } from "../../postgres/url.ts";
import { copyDatabase } from "../../providers/local/copy.ts";
import type { Database, Listed } from "../../providers/provider.ts";
import { type AppliedBefore, appliedBefore } from "./applied-before.ts";

/** Each base that its tag does not exclude is copied for a look. */
const MOST_LOOKS = 8;

/** A base that has a state which these migrations pass through. */
export interface FittingBase {
  /** The name of its database. */
  readonly database: string;
  readonly listed: Listed;
}

/**
 * The newest base from which these migrations continue, on the server of the scratch database: all of its migrations are among
 * them, with the same content as far as that is known, and not all of them are in it. Undefined: there is none.
 */
export async function fittingBase(context: Context, scratch: Database, migrations: Migrations): Promise<FittingBase | undefined> {
  const server = scratch.id.slice(0, scratch.id.lastIndexOf("/"));
  const { own, trusted } = basesOf(context, migrations);
  const provider = await loadProvider(scratch.provider, context);
  const bases = (await provider.list(providerLimits(context))).filter(
    ({ kind, tag, id }) =>
      kind === "base" &&
      tag?.repository === context.run.repository &&
      tag.fingerprint !== own &&
      tag.fingerprint !== trusted &&
      id.startsWith(`${server}/`),
  );
  if (bases.length === 0) return undefined;
  const lineage = await lineageOf(context, migrations);
  const possible = bases
    .filter(({ tag }) => mayFit(tag ?? {}, lineage))
    .toSorted((one, other) => (other.createdAt?.getTime() ?? 0) - (one.createdAt?.getTime() ?? 0));
  for (const listed of possible.slice(0, MOST_LOOKS)) {
    const database = listed.id.slice(server.length + 1);
    if (await fits(context, scratch, database, { migrations, lineage, listed })) return { database, listed };
  }
  return undefined;
}

/** What the tag alone shows. A base of an earlier version has no record: its tables must prove it. */
function mayFit({ scope, files }: Partial<NonNullable<Listed["tag"]>>, { scopes, files: current }: Lineage): boolean {
  if (scope !== undefined && !scopes.includes(scope)) return false;
  const known = new Set(current.map(({ short }) => short));
  return files === undefined || files.split(",").every((short) => known.has(short));
}

interface Candidate {
  readonly migrations: Migrations;
  readonly lineage: Lineage;
  readonly listed: Listed;
}

async function fits(context: Context, scratch: Database, database: string, candidate: Candidate): Promise<boolean> {
  const { signal } = context;
  const copy = await copyDatabase(withDatabase(scratch.directUrl, "postgres"), database, {
    isQuick: isQuick(scratch),
    tag: scratch.tag,
    signal,
  });
  try {
    return isAncestor(await withSession(copy.url, (session) => appliedBefore(session, candidate.migrations), { signal }), candidate);
  } finally {
    await copy.drop();
  }
}

/** A file that was changed after it was applied makes another state. */
function isAncestor({ ancestry, contents }: AppliedBefore, { migrations, lineage, listed }: Candidate): boolean {
  const current = new Set(lineage.files.map(({ content }) => content));
  if (ancestry.includes("other") || !contents.every((content) => current.has(content))) return false;
  const recorded = listed.tag?.files?.split(",").length ?? 0;
  const unlisted = withoutSeeds(migrations).steps.filter((step) => !listsMigrations(step));
  // Only the record of the files shows what a command has applied that offshoot does not know.
  if (unlisted.length > 0) return recorded > 0 && recorded < lineage.files.length;
  return ancestry.some((each) => each !== "none") && !ancestry.every((each) => each === "all");
}

/** The servers of offshoot need no flush to disk for a checkpoint. */
export function isQuick({ provider, postgresMajor }: Database): boolean {
  return provider !== "existing" && postgresMajor >= 15;
}
