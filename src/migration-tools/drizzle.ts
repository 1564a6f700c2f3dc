import { createHash } from "node:crypto";
import { OffshootError } from "../errors.ts";
import type { Repository } from "./repository.ts";
import type { Revision, Tool } from "./tool.ts";

/** The files that drizzle-kit finds without a flag, in this order. */
const DEFAULTS = ["ts", "js", "json"].map((extension) => `drizzle.config.${extension}`);
/** These need the flag `--config`. */
const NAMED = ["mjs", "cjs", "mts", "cts"].map((extension) => `drizzle.config.${extension}`);

interface Entry {
  readonly idx: number;
  readonly tag: string;
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
    const named = /\bout["']?\s*:\s*["'`]([^"'`]+)["'`]/.exec((await repository.read(evidence)) ?? "")?.[1];
    const folder = (given ?? named ?? "drizzle").replace(/^\.\//, "").replace(/\/+$/, "");
    const journal = await repository.read(`${folder}/meta/_journal.json`);
    if (journal === undefined) return undefined;
    return {
      tool: "drizzle",
      evidence,
      command: `drizzle-kit migrate${DEFAULTS.includes(evidence) ? "" : ` --config ${evidence}`}`,
      files: [evidence, `${folder}/**`],
      versionTable: {
        tables: ["drizzle.*"],
        name: "drizzle.__drizzle_migrations",
        query: (table) => `select hash as id from ${table} order by created_at`,
        holds: "all",
      },
      revisions: await revisionsOf(repository, folder, entriesOf(journal, `${folder}/meta/_journal.json`)),
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

/** If two git branches each added a migration, the journal has two entries with the same number: two heads. */
async function revisionsOf(repository: Repository, folder: string, entries: readonly Entry[]): Promise<readonly Revision[]> {
  const hashed = await Promise.all(
    entries.map(async ({ idx, tag }) => {
      const text = (await repository.read(`${folder}/${tag}.sql`)) ?? "";
      return { idx, tag, id: createHash("sha256").update(text).digest("hex") };
    }),
  );
  return hashed.map(({ idx, tag, id }) => ({
    id,
    name: tag,
    dependsOn: hashed.filter((other) => other.idx === idx - 1).map((other) => other.id),
  }));
}
