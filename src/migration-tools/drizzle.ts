import { createHash } from "node:crypto";
import type { Repository } from "./repository.ts";
import type { Revision, Tool } from "./tool.ts";

/** What drizzle-kit looks for by itself, in this order; any other is named to it. */
const DEFAULTS = ["ts", "js", "json"].map((extension) => `drizzle.config.${extension}`);
const NAMED = ["mjs", "cjs", "mts", "cts"].map((extension) => `drizzle.config.${extension}`);

interface Entry {
  readonly idx: number;
  readonly tag: string;
}

/** Drizzle, whose migrations have no way back. Its configuration must take the URL from `DATABASE_URL`. Documentation: orm.drizzle.team, "drizzle-kit migrate". */
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
      ledger: { tables: ["drizzle.*"], query: "select hash as id from drizzle.__drizzle_migrations order by created_at", holds: "all" },
      revisions: await revisionsOf(repository, folder, (JSON.parse(journal) as { entries: readonly Entry[] }).entries),
      package: "drizzle-kit",
    };
  },
};

/** Two branches that were merged without their snapshots have entries of the same number. */
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
    after: hashed.filter((other) => other.idx === idx - 1).map((other) => other.id),
  }));
}
