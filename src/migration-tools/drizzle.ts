import { createHash } from "node:crypto";
import { OffshootError } from "../errors.ts";
import { type Snapshot, snapshotsIn, strayHeads } from "./drizzle-snapshots.ts";
import type { Repository } from "./repository.ts";
import { folderSetting, foldersOf } from "./scripts.ts";
import type { Revision, Tool, VersionTable } from "./tool.ts";
import { literal } from "../postgres/identifier.ts";

/** The files that drizzle-kit finds without a flag, in this order. */
const DEFAULTS = ["ts", "js", "json"].map((extension) => `drizzle.config.${extension}`);
/** These need the flag `--config`. */
const NAMED = ["mjs", "cjs", "mts", "cts"].map((extension) => `drizzle.config.${extension}`);

interface Entry {
  readonly idx: number;
  readonly tag: string;
  /** Milliseconds. drizzle-kit applies only what is later than the newest migration in the database. */
  readonly when?: unknown;
}

interface Hashed extends Entry {
  /** The SHA-256 of the file, as the version table records it. */
  readonly id: string;
  /** The number of its snapshot's file. Two entries with one number have one snapshot. */
  readonly number: string;
  /** The id of the snapshot that this one was generated from. */
  readonly parent: string | undefined;
}

/**
 * Drizzle. Its migrations have no rollback. Its configuration must read the URL from `DATABASE_URL`. Documentation:
 * orm.drizzle.team, "drizzle-kit migrate".
 */
export const drizzle: Tool = {
  name: "drizzle",
  expects: "drizzle.config.ts (or .js, .json, .mjs, .cjs), and migrations with meta/_journal.json in its folder",
  async find(repository, given) {
    const evidence = await repository.first(...DEFAULTS, ...NAMED);
    if (evidence === undefined) return undefined;
    const configuration = (await repository.read(evidence)) ?? "";
    const [folder] = foldersOf(given ?? folderSetting(configuration, "out", evidence), ["drizzle"]);
    const journal = folder === undefined ? undefined : await repository.read(`${folder}/meta/_journal.json`);
    if (folder === undefined || journal === undefined) return undefined;
    const leaves = await unnamedIn(repository, folder, journal);
    const snapshots = await snapshotsIn(repository, `${folder}/meta`);
    const entries = await hashesOf(repository, folder, entriesOf(journal, `${folder}/meta/_journal.json`), snapshots);
    const strays = strayHeads(
      snapshots,
      entries.map(({ number }) => number),
    );
    return {
      tool: "drizzle",
      evidence,
      command: `drizzle-kit migrate${DEFAULTS.includes(evidence) ? "" : ` --config ${evidence}`}`,
      files: [evidence, `${folder}/**`],
      versionTable: versionTableOf(configuration, entries),
      revisions: revisionsOf(entries),
      ...(strays.length === 0 ? {} : { strays }),
      ...(leaves === undefined ? {} : { leaves }),
      package: "drizzle-kit",
    };
  },
};

/** Throws `USAGE` when the journal does not have the form that drizzle-kit writes. */
function entriesOf(journal: string, path: string): readonly Entry[] {
  try {
    const { entries } = JSON.parse(journal) as { readonly entries?: unknown };
    if (Array.isArray(entries) && entries.every(isEntry)) return entries;
  } catch {
    // The error below is also right for a text that is not JSON.
  }
  throw new OffshootError("USAGE", `${path} is not a journal of drizzle-kit.`, {
    meaning: "It must be JSON with a list `entries`, each with `idx` and `tag`.",
    remedy: "Restore the file from git, or set migrations.command in offshoot.yaml.",
  });
}

function isEntry(value: unknown): value is Entry {
  return (
    typeof value === "object" &&
    value !== null &&
    "idx" in value &&
    "tag" in value &&
    typeof value.idx === "number" &&
    typeof value.tag === "string"
  );
}

async function hashesOf(
  repository: Repository,
  folder: string,
  entries: readonly Entry[],
  snapshots: readonly Snapshot[],
): Promise<readonly Hashed[]> {
  const parents = new Map(snapshots.map(({ number, parent }) => [number, parent]));
  return Promise.all(
    entries.map(async (entry) => {
      const text = await repository.read(`${folder}/${entry.tag}.sql`);
      if (text === undefined) throw missing(`${folder}/${entry.tag}.sql`);
      const number = /^\d*/.exec(entry.tag)?.[0] ?? "";
      return { ...entry, id: createHash("sha256").update(text).digest("hex"), number, parent: parents.get(number) };
    }),
  );
}

function missing(file: string): OffshootError {
  return new OffshootError("MIGRATION_FILES_MISSING", `${file} does not exist, and the journal of Drizzle names it.`, {
    meaning: "drizzle-kit would end without a message. No migration was run.",
    remedy: "Restore the file from git. If the migration was removed on purpose, remove its entry from meta/_journal.json.",
    facts: { file },
  });
}

/** The migrations that are in the folder and not in the journal, such as after a conflict in the journal that was resolved wrongly. */
async function unnamedIn(repository: Repository, folder: string, journal: string): Promise<string | undefined> {
  const files = (await repository.list(folder)).filter((file) => /\/\d{4,}_[^/]*\.sql$/.test(file));
  const left = files.filter((file) => !journal.includes(JSON.stringify(file.slice(folder.length + 1, -".sql".length))));
  if (left.length === 0) return undefined;
  return `${left.join(", ")} ${left.length === 1 ? "is" : "are"} not in ${folder}/meta/_journal.json, so drizzle-kit did not run ${left.length === 1 ? "it" : "them"}. Generate such a migration again, or add it to the journal.`;
}

/**
 * drizzle-kit applies the migrations in the order of the journal. Two of them are two heads where `drizzle-kit check` reports a
 * collision: their snapshots were generated from the same one. A deleted parent makes no collision, and two entries with one
 * number, which two git branches can leave, have one snapshot: drizzle-kit applies both, in the order of the journal.
 */
function revisionsOf(entries: readonly Hashed[]): readonly Revision[] {
  const revisions: Revision[] = [];
  for (const [at, { tag, id, number, parent }] of entries.entries()) {
    const twin = parent === undefined ? -1 : entries.slice(0, at).findIndex((other) => other.number !== number && other.parent === parent);
    const before = entries[at - 1]?.id;
    revisions.push({ id, name: tag, dependsOn: revisions[twin]?.dependsOn ?? (before === undefined ? [] : [before]) });
  }
  return revisions;
}

/**
 * The version table, from `migrations: { table, schema }` of the configuration. drizzle-kit compares times and not hashes, so
 * a file that was changed after it was applied counts as applied, except the newest: its change was certainly left out.
 */
function versionTableOf(configuration: string, entries: readonly Hashed[]): VersionTable {
  const settings = /\bmigrations["']?\s*:\s*\{([^}]*)\}/.exec(configuration)?.[1] ?? "";
  const setting = (key: string): string | undefined => new RegExp(`\\b${key}["']?\\s*:\\s*["'\`]([^"'\`]+)["'\`]`).exec(settings)?.[1];
  const [schema = "drizzle", table = "__drizzle_migrations"] = [setting("schema"), setting("table")];
  const times = entries.map(({ when }) => when);
  const known = entries
    .slice(0, -1)
    .filter(({ when }) => typeof when === "number" && Number.isSafeInteger(when) && times.indexOf(when) === times.lastIndexOf(when))
    .map(({ when, id }) => `(${String(when)}::bigint, ${literal(id)})`);
  return {
    tables: schema === "drizzle" ? ["drizzle.*"] : [`${schema}.${table}`],
    name: `${schema}.${table}`.replaceAll(/[^.]*[^a-z0-9_.][^.]*/g, (name) => `"${name.replaceAll('"', '""')}"`),
    query: (from) =>
      known.length === 0
        ? `select hash as id from ${from} order by created_at`
        : `select coalesce(known.id, applied.hash) as id from ${from} applied
             left join (values ${known.join(", ")}) known (at, id) on known.at = applied.created_at order by applied.created_at`,
    holds: "all",
  };
}
