import { expect, test } from "vitest";
import { isOffshootError } from "../../../src/errors.ts";
import { detectTool, requireTool } from "../../../src/migration-tools/detect.ts";
import { repositoryIn } from "../../../src/migration-tools/repository.ts";
import { headsOf, requireOneHead } from "../../../src/migration-tools/revisions.ts";
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

const snapshotPath = (idx: number): string => `drizzle/meta/${String(idx).padStart(4, "0")}_snapshot.json`;

const snapshot = (id: number, parent: number, changes: object = {}): string =>
  JSON.stringify({ id: uuid(id), prevId: uuid(parent), ...EMPTY, ...changes }, undefined, 2);

function historyOf(entries: readonly Entry[]): Readonly<Record<string, string>> {
  const tags = entries.map(([idx, name]) => `${String(idx).padStart(4, "0")}_${name}`);
  const journal = entries.map(([idx], at) => ({ idx, version: "7", when: 1000 * (at + 1), tag: tags[at], breakpoints: true }));
  const snapshots = entries.map(([idx, , id, parent]) => [snapshotPath(idx), snapshot(id, parent)]);
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

interface State {
  readonly when: string;
  readonly entries: readonly Entry[];
  /** Files that are written after those of the entries. Undefined: the file is deleted. */
  readonly changes?: Readonly<Record<string, string | undefined>>;
  readonly heads: readonly string[];
  /** Whether migrations are refused, as `drizzle-kit check` ends with status 1. */
  readonly isFork: boolean;
  /** Why `drizzle-kit check` refuses what is not a fork, and `drizzle-kit migrate` applies. docs/tools.md describes it. */
  readonly differs?: string;
  /** What `drizzle-kit check` prints in place of its usual line. */
  readonly prints?: string;
}

const LINEAR: readonly Entry[] = [
  [0, "a", 1, 0],
  [1, "b", 2, 1],
  [2, "c", 3, 2],
];
const FORKED: readonly Entry[] = [
  [0, "a", 1, 0],
  [1, "b", 2, 1],
  [2, "c", 3, 1],
];
const state = (when: string, entries: readonly Entry[], heads: readonly string[], more: Partial<State> = {}): State => ({
  when,
  entries,
  heads,
  isFork: heads.length > 1,
  ...more,
});
/** A state whose migrations are linear, with something else in meta/. */
const beside = (when: string, changes: State["changes"], more: Partial<State> = {}): State =>
  state(when, LINEAR, ["0002_c"], { ...(changes === undefined ? {} : { changes }), ...more });

const STATES: readonly State[] = [
  state("is linear", LINEAR, ["0002_c"]),
  state("has one migration", LINEAR.slice(0, 1), ["0000_a"]),
  state("has no migration", [], []),
  state(
    "lost one in the middle",
    [
      [0, "a", 1, 0],
      [2, "c", 3, 2],
    ],
    ["0002_c"],
  ),
  state("lost its first", LINEAR.slice(1), ["0002_c"]),
  state("lost its newest", LINEAR.slice(0, 2), ["0001_b"]),
  state(
    "lost one, and has new numbers",
    [
      [0, "a", 1, 0],
      [1, "c", 3, 2],
    ],
    ["0001_c"],
  ),
  state("is forked", FORKED, ["0001_b", "0002_c"]),
  state("is forked, and continued", [...FORKED, [3, "d", 4, 3]], ["0001_b", "0003_d"]),
  state(
    "has two roots",
    [
      [0, "a", 1, 0],
      [1, "b", 2, 0],
    ],
    ["0000_a", "0001_b"],
  ),
  state(
    "has two entries with one number and one snapshot",
    [
      [0, "a", 1, 0],
      [1, "b", 2, 1],
      [1, "c", 3, 1],
    ],
    ["0001_c"],
  ),
  state(
    "was forked and healed",
    [
      [0, "a", 1, 0],
      [1, "b", 2, 1],
      [2, "c", 4, 2],
    ],
    ["0002_c"],
  ),
  beside("has a stray snapshot with a parent of its own", { [snapshotPath(3)]: snapshot(9, 8) }),
  beside("has a stray snapshot after the newest", { [snapshotPath(3)]: snapshot(4, 3) }),
  beside("has a stray snapshot beside its newest", { [snapshotPath(3)]: snapshot(9, 2) }, { isFork: true }),
  beside("has a stray snapshot beside one in the middle", { [snapshotPath(7)]: snapshot(9, 1) }, { isFork: true }),
  beside("has a copy of a snapshot under another name", { "drizzle/meta/0002_snapshot copy.json": snapshot(3, 2) }, { isFork: true }),
  beside(
    "has two stray snapshots with one parent",
    { [snapshotPath(8)]: snapshot(9, 20), [snapshotPath(9)]: snapshot(10, 20) },
    { isFork: true },
  ),
  beside("has a copy whose name starts with _", { "drizzle/meta/_0002_snapshot.json": snapshot(3, 2) }),
  beside("has no snapshot of its newest", { [snapshotPath(2)]: undefined }),
  beside("has no snapshot of one in the middle", { [snapshotPath(1)]: undefined }),
  beside("has no snapshots", { [snapshotPath(0)]: undefined, [snapshotPath(1)]: undefined, [snapshotPath(2)]: undefined }),
  beside("has a malformed snapshot", { [snapshotPath(1)]: "{}" }, { differs: "data is malformed" }),
  beside("has a snapshot that is not JSON", { [snapshotPath(1)]: "<<<<<<< HEAD\n{" }, { differs: "" }),
  beside(
    "has a snapshot of an older form",
    { [snapshotPath(1)]: snapshot(2, 1, { version: "6" }) },
    { differs: "is not of the latest version" },
  ),
  beside(
    "has a snapshot of a newer form",
    { [snapshotPath(1)]: snapshot(2, 1, { version: "8" }) },
    { prints: "snapshot is of unsupported version" },
  ),
  beside(
    "has the ids at the end of a snapshot",
    { [snapshotPath(2)]: JSON.stringify({ ...EMPTY, id: uuid(3), prevId: uuid(1) }) },
    {
      heads: ["0001_b", "0002_c"],
      isFork: true,
    },
  ),
];

/** Runs `use` in a folder with the files of a state. */
function inState<Result>({ entries, changes = {} }: State, use: (folder: string) => Promise<Result>): Promise<Result> {
  const files = Object.entries({ ...historyOf(entries), ...changes }).filter(([, text]) => text !== undefined);
  return inFolder(Object.fromEntries(files) as Record<string, string>, use);
}

test.each(STATES)("a history of Drizzle that $when has the heads $heads", (one) =>
  inState(one, async (folder) => {
    const project = await requireTool("drizzle", repositoryIn(folder));
    expect(headsOf(project.revisions).map(({ name }) => name)).toEqual(one.heads);
    const refused = isThrown(() => requireOneHead(project));
    expect(refused).toBe(one.isFork);
  }),
);

function isThrown(act: () => void): boolean {
  try {
    act();
    return false;
  } catch (thrown) {
    if (isOffshootError(thrown) && thrown.code === "MIGRATION_HEADS") return true;
    throw thrown;
  }
}

const KIT = findPeer("drizzle-kit") ?? "";

test.runIf(KIT !== "").each(STATES)("`drizzle-kit check` agrees about a history that $when", { tags: "proof", timeout: 60_000 }, (one) =>
  inState(one, async (folder) => {
    const argv = [process.execPath, KIT, "check"];
    const { failure, stdout } = await runProgram(argv, { cwd: folder, env: process.env, signal: AbortSignal.timeout(60_000) });
    expect({ code: failure?.code, stdout }).toMatchObject({ code: one.isFork || one.differs !== undefined ? 1 : undefined });
    expect(stdout).toContain(one.isFork ? "which is a collision" : (one.differs ?? one.prints ?? "Everything's fine"));
  }),
);

test("a snapshot that no migration has and that forks the history is named, with what to do", () =>
  inState(beside("", { [snapshotPath(3)]: snapshot(9, 2) }), async (folder) => {
    const project = await requireTool("drizzle", repositoryIn(folder));
    expect(() => requireOneHead(project)).toThrow(
      expect.objectContaining({
        message: "The drizzle migrations have several heads: 0002_c, drizzle/meta/0003_snapshot.json.",
        meaning:
          "drizzle/meta/0003_snapshot.json has the parent of another snapshot, and the journal names no migration for it. No migration was run.",
        remedy: "Delete the file. If the migration is needed, generate it again.",
      }) as Error,
    );
  }));

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
