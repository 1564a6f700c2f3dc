import { expect, test } from "vitest";
import { detectTool, requireTool } from "../../../src/migration-tools/detect.ts";
import { repositoryIn } from "../../../src/migration-tools/repository.ts";
import { headsOf } from "../../../src/migration-tools/revisions.ts";
import { runProgram } from "../../../src/process/run-program.ts";
import { inFolder } from "../../support/folder.ts";
import { findPeer } from "../../support/peers.ts";
import { withFiles } from "../../support/tools.ts";

test.each(["null", "[]", "{", '{"entries":null}', '{"entries":[null]}', '{"entries":[{"idx":"0","tag":"0000_a"}]}'])(
  "a journal of Drizzle with the content %s is named in the error",
  (journal) =>
    inFolder({ "drizzle.config.ts": "", "drizzle/meta/_journal.json": journal }, async (folder) => {
      await expect(detectTool(repositoryIn(folder))).rejects.toMatchObject({
        code: "USAGE",
        message: "drizzle/meta/_journal.json is not a journal of drizzle-kit.",
      });
    }),
);

/** One migration: its number, its name, and the numbers of its snapshot and of that snapshot's parent. 0: none. */
type Entry = readonly [idx: number, name: string, snapshot: number, parent: number];

const uuid = (number: number): string => `00000000-0000-0000-0000-${String(number).padStart(12, "0")}`;

function historyOf(entries: readonly Entry[]): Readonly<Record<string, string>> {
  const tags = entries.map(([idx, name]) => `${String(idx).padStart(4, "0")}_${name}`);
  const journal = entries.map(([idx], at) => ({ idx, version: "7", when: 1000 * (at + 1), tag: tags[at], breakpoints: true }));
  const snapshots = entries.map(([idx, , id, parent]) => [
    `drizzle/meta/${String(idx).padStart(4, "0")}_snapshot.json`,
    JSON.stringify({ ...EMPTY, id: uuid(id), prevId: uuid(parent) }, undefined, 2),
  ]);
  return {
    "drizzle.config.json": '{"dialect":"postgresql","out":"./drizzle","schema":"./schema.js"}',
    "schema.js": "",
    "drizzle/meta/_journal.json": JSON.stringify({ version: "7", dialect: "postgresql", entries: journal }),
    ...Object.fromEntries(snapshots),
    ...Object.fromEntries(tags.map((tag) => [`drizzle/${tag}.sql`, `create table "${tag}" (id int);`])),
  };
}

const EMPTY = {
  version: "7",
  dialect: "postgresql",
  ...Object.fromEntries(["tables", "enums", "schemas", "sequences", "roles", "policies", "views"].map((kind) => [kind, {}])),
  _meta: { columns: {}, schemas: {}, tables: {} },
};

const HISTORIES: readonly { readonly when: string; readonly entries: readonly Entry[]; readonly heads: readonly string[] }[] = [
  {
    when: "is linear",
    heads: ["0002_c"],
    entries: [
      [0, "a", 1, 0],
      [1, "b", 2, 1],
      [2, "c", 3, 2],
    ],
  },
  {
    when: "lost one in the middle",
    heads: ["0002_c"],
    entries: [
      [0, "a", 1, 0],
      [2, "c", 3, 2],
    ],
  },
  {
    when: "lost its first",
    heads: ["0002_c"],
    entries: [
      [1, "b", 2, 1],
      [2, "c", 3, 2],
    ],
  },
  {
    when: "lost one, and has new numbers",
    heads: ["0001_c"],
    entries: [
      [0, "a", 1, 0],
      [1, "c", 3, 2],
    ],
  },
  {
    when: "is forked",
    heads: ["0001_b", "0002_c"],
    entries: [
      [0, "a", 1, 0],
      [1, "b", 2, 1],
      [2, "c", 3, 1],
    ],
  },
  {
    when: "is forked, and continued",
    heads: ["0001_b", "0003_d"],
    entries: [
      [0, "a", 1, 0],
      [1, "b", 2, 1],
      [2, "c", 3, 1],
      [3, "d", 4, 3],
    ],
  },
  {
    when: "has two entries with one number and one snapshot",
    heads: ["0001_c"],
    entries: [
      [0, "a", 1, 0],
      [1, "b", 2, 1],
      [1, "c", 3, 1],
    ],
  },
  {
    when: "was forked and healed",
    heads: ["0002_c"],
    entries: [
      [0, "a", 1, 0],
      [1, "b", 2, 1],
      [2, "c", 4, 2],
    ],
  },
];

test.each(HISTORIES)("a history of Drizzle that $when has the heads $heads", ({ entries, heads }) =>
  inFolder(historyOf(entries), async (folder) => {
    const project = await detectTool(repositoryIn(folder));
    expect(headsOf(project?.revisions ?? []).map(({ name }) => name)).toEqual(heads);
  }),
);

const KIT = findPeer("drizzle-kit") ?? "";

test.runIf(KIT !== "").each(HISTORIES)(
  "`drizzle-kit check` agrees about a history that $when",
  { tags: "proof", timeout: 60_000 },
  ({ entries, heads }) =>
    inFolder(historyOf(entries), async (folder) => {
      const argv = [process.execPath, KIT, "check"];
      const { failure, stdout } = await runProgram(argv, { cwd: folder, env: process.env, signal: AbortSignal.timeout(60_000) });
      expect({ code: failure?.code, stdout }).toMatchObject({ code: heads.length === 1 ? undefined : 1 });
    }),
);

test("the version table is the one of the configuration", () => {
  const files = {
    ...historyOf([[0, "a", 1, 0]]),
    "drizzle.config.json": '{"out":"drizzle","migrations":{"table":"journal","schema":"Public"}}',
  };
  return inFolder(files, async (folder) => {
    expect((await detectTool(repositoryIn(folder)))?.versionTable).toMatchObject({ name: '"Public".journal', tables: ["Public.journal"] });
  });
});

const ONE_ENTRY = JSON.stringify({ entries: [{ idx: 0, tag: "0000_a", when: 1 }] });
const CONFIGURED = { "drizzle.config.ts": "export default {};", "drizzle/meta/_journal.json": ONE_ENTRY };

test("Drizzle: a migration that the journal does not name is in a note", async () => {
  const files = { ...CONFIGURED, "drizzle/0000_a.sql": "", "drizzle/0001_b.sql": "" };
  await withFiles(files, async (repository) => {
    const { leaves } = await requireTool("drizzle", repository);
    expect(leaves).toBe(
      "drizzle/0001_b.sql is not in drizzle/meta/_journal.json, so drizzle-kit did not run it. Generate such a migration again, or add it to the journal.",
    );
  });
  await withFiles({ ...CONFIGURED, "drizzle/0000_a.sql": "" }, async (repository) => {
    expect((await requireTool("drizzle", repository)).leaves).toBeUndefined();
  });
});

test("Drizzle: a file that the journal names and that does not exist is an error", async () => {
  await expect(withFiles(CONFIGURED, (repository) => requireTool("drizzle", repository))).rejects.toMatchObject({
    code: "MIGRATION_FILES_MISSING",
    message: "drizzle/0000_a.sql does not exist, and the journal of Drizzle names it.",
  });
});
