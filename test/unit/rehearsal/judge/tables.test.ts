import { readParts } from "../../../../src/rehearsal/measure/parts.ts";
import { expect, test } from "vitest";
import { indexOf, judgeTable } from "../../../../src/rehearsal/judge/tables.ts";
import { unjudgedWaits } from "../../../../src/rehearsal/judge/unjudged.ts";
import type { RehearsalFinding } from "../../../../src/rehearsal/finding.ts";
import type { RehearsalLimits } from "../../../../src/rehearsal/limits.ts";
import { explainWaits } from "../../../../src/rehearsal/measure/explain-waits.ts";
import { type ReadStatement, readStatements } from "../../../../src/rehearsal/measure/statements.ts";
import type { Wait } from "../../../../src/rehearsal/observe/blocking.ts";
import type { Relation } from "../../../../src/rehearsal/observe/relations.ts";
import { migrationFiles } from "../../../../src/rehearsal/sql/migration-files.ts";

const files = migrationFiles([]);
const limits: RehearsalLimits = {
  blockedReadsMs: 0,
  blockedWritesMs: 1000,
  durationMs: 600_000,
  rewriteBytes: 100_000_000,
  severities: {},
  tables: {},
};
const table: Relation = { id: 1, schema: "app", name: "events", kind: "r", shown: "app.events", table: undefined, file: 1, bytes: 9e6 };
const REWRITE = "alter table app.events add column u uuid default gen_random_uuid()";
const INSERT = "insert into app.empty values (1)";

/** An answer of this machine comes so late. */
const BUSY_MS = 34;

type Message = readonly [sql: string, fromMs: number, toMs: number];

const codes = (messages: readonly Message[]): readonly string[] => findings(messages).map(({ code }) => code);

/** What is known where readers wait from the first message to the end of the last one. */
function explain(messages: readonly Message[]) {
  const statements: readonly ReadStatement[] = readStatements(
    {
      statements: messages.map(([sql, startMs, endMs]) => ({
        session: "s",
        sql,
        startMs,
        endMs,
        tags: [],
        sqlstate: undefined,
        mark: undefined,
        isExact: true,
      })),
      transactions: [],
      dropped: 0,
    },
    new Map([["s", 7]]),
    readParts(files),
    undefined,
    100_000,
  );
  const wait: Wait = {
    fromMs: 0,
    toMs: messages.at(-1)?.[2] ?? 0,
    pid: 7,
    mode: "AccessExclusiveLock",
    firstMode: "AccessExclusiveLock",
    withinMs: 0,
  };
  const change = {
    table,
    relations: [table],
    locks: undefined,
    isUnseen: false,
    rows: 400_000,
    rewritten: true,
    bytesAfter: 9e6,
    indexesRewritten: [],
    dropped: false,
    replaced: false,
    fullScans: 0,
    rowsScanned: 0,
    inserted: 0,
    updated: 0,
    deleted: 0,
  };
  const explained = { change, reads: explainWaits([wait], statements, [table]), writes: [], rewrite: undefined };
  return { explained, statements };
}

const unjudged = (messages: readonly Message[], delayMs: number): unknown => {
  const { explained, statements } = explain(messages);
  return unjudgedWaits({ statements, allStatements: statements, records: undefined, tables: [explained] }, limits, new Date(), {
    delayMs,
    delayShare: 1,
  });
};

function findings(messages: readonly Message[], delayMs = BUSY_MS, delayShare = 1): readonly RehearsalFinding[] {
  const { explained, statements } = explain(messages);
  return judgeTable(
    explained,
    { statements, allStatements: statements, records: undefined },
    limits,
    { files, major: 18, literals: false },
    new Date(),
    { delayMs, delayShare },
  ).map(({ finding }) => finding);
}

test("a slow statement is reported on a busy machine, however many fast ones are sent with it in one message", () => {
  expect(codes([[[REWRITE, ...Array.from({ length: 300 }, () => INSERT)].join(";"), 0, 8000]])).toEqual(["reads-blocked"]);
});

test("the statements of a message before the one that took the lock do not explain its wait", () => {
  expect(codes([[[...Array.from({ length: 10_000 }, () => INSERT), REWRITE].join(";"), 0, 2000]])).toEqual(["reads-blocked"]);
  expect(codes([[[REWRITE, ...Array.from({ length: 10_000 }, () => INSERT)].join(";"), 0, 2000]])).toEqual([]);
});

test("a slow statement is reported on a busy machine, however many fast messages follow it in its transaction", () => {
  const fast = Array.from({ length: 300 }, (_, at): Message => [INSERT, 8000 + at, 8001 + at]);
  expect(codes([[REWRITE, 0, 8000], ...fast])).toEqual(["reads-blocked"]);
});

test("thousands of fast messages in a transaction do not explain its wait by their number", () => {
  const many = Array.from({ length: 15_000 }, (_, at): Message => [INSERT, 5 + at * 1.26, 5 + at * 1.26 + 1.2]);
  const messages: readonly Message[] = [["alter table app.events add column isbn text", 0, 5], ...many];
  expect(findings(messages, 0.7, 0.4).map(({ code }) => code)).toEqual(["reads-blocked"]);
  // Where all short answers take forty times as long as they should, nothing is known.
  expect(findings(messages, 25, 0.975)).toEqual([]);
});

test("a wait that exceeds its limit and that a busy machine can explain is named as not judged", () => {
  expect(unjudged([[REWRITE, 0, 700]], BUSY_MS)).toEqual([{ table: "app.events", access: "reads", ms: 700 }]);
  expect(unjudged([[REWRITE, 0, 8000]], BUSY_MS)).toEqual([]);
  expect(unjudged([[REWRITE, 0, 700]], 1)).toEqual([]);
  expect(unjudged([[REWRITE, 0, 90]], BUSY_MS)).toEqual([]);
});

test("many messages that are all a little late on a busy machine are not a finding", () => {
  expect(codes(Array.from({ length: 40 }, (_, at): Message => [REWRITE, at * 80, (at + 1) * 80]))).toEqual([]);
});

test("the finding quotes the limit that is set, and apart from it from when on a busy machine is judged", () => {
  expect(findings([[REWRITE, 0, 8000]])[0]?.facts).toMatchObject({ limit: "a moment", judgedFrom: "748 ms" });
});

test.each([
  ["alter table app.events rename column a to b", ""],
  ["drop index app.events_a", "the index app.events_a of "],
  ["reindex table app.events", "the index app.events_a of "],
])("the lock of %s is said to be one on an index only if it is not one on the table", (sql, shown) => {
  const index: Relation = { ...table, id: 2, name: "events_a", kind: "i", shown: "app.events_a", table: 1 };
  const wait: Wait = {
    fromMs: 0,
    toMs: 9,
    pid: 7,
    relation: 2,
    mode: "AccessExclusiveLock",
    firstMode: "AccessExclusiveLock",
    withinMs: 0,
  };
  const [statement] = readStatements(
    {
      statements: [{ session: "s", sql, startMs: 0, endMs: 9, tags: [], sqlstate: undefined, mark: undefined, isExact: true }],
      transactions: [],
      dropped: 0,
    },
    new Map([["s", 7]]),
    readParts(files),
    undefined,
    9,
  );
  const [part] = statement?.parts ?? [];
  const blamed = statement && part && { statement, part };
  expect(indexOf({ relations: [table, index] }, wait, blamed)).toBe(shown);
});
