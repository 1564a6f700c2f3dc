import { expect, test } from "vitest";
import { heldSubject } from "../../../../src/rehearsal/judge/held.ts";
import { blameForWait } from "../../../../src/rehearsal/measure/blame.ts";
import { holdingOf } from "../../../../src/rehearsal/measure/holding.ts";
import { readParts } from "../../../../src/rehearsal/measure/parts.ts";
import { readStatements } from "../../../../src/rehearsal/measure/statements.ts";
import type { Relation } from "../../../../src/rehearsal/observe/relations.ts";
import { migrationFiles } from "../../../../src/rehearsal/sql/migration-files.ts";

type Message = readonly [sql: string, fromMs: number, toMs: number];

const table: Relation = { id: 1, schema: "public", name: "ord", kind: "r", shown: "public.ord", table: undefined, file: 1, bytes: 9e6 };
const INDEX = "create index ix on ord (v)";
const UPDATE = "update acc set n = 1";

/** The subject of a wait of writers until `toMs`, which began with the first message. */
function subjectOfWait(
  messages: readonly Message[],
  toMs: number,
  tool?: string,
  files = migrationFiles([]),
  mode: "ShareLock" | "AccessExclusiveLock" = "ShareLock",
  blocked: "readers" | "writers" = "writers",
): ReturnType<typeof heldSubject> {
  const sent = messages.map(([sql, startMs, endMs]) => ({ session: "s", sql, startMs, endMs, tags: [], sqlstate: undefined }));
  const recording = { statements: sent.map((each) => ({ ...each, mark: undefined, isExact: true })), transactions: [], dropped: 0 };
  const statements = readStatements(recording, new Map([["s", 7]]), readParts(files), undefined, toMs);
  const wait = { fromMs: 0, toMs, pid: 7, mode, firstMode: mode, withinMs: 0 } as const;
  const blamed = blameForWait(wait, statements, [table]);
  return heldSubject(blamed, holdingOf(wait, blamed, statements, undefined), 1000, { files, major: 18, literals: false, tool }, blocked);
}

test("names the statement that took the lock, and the later ones that held it for a notable time", () => {
  const { subject, during } = subjectOfWait(
    [
      [INDEX, 0, 250],
      [UPDATE, 260, 2200],
      ["select pg_sleep(1.5)", 2210, 3700],
    ],
    4300,
  );
  expect(during).toBe("update acc set n = ? (1.9 s); select pg_sleep(?) (1.5 s)");
  expect(subject).toMatchObject({ statement: INDEX, advice: expect.stringMatching(/^End the transaction before/), sql: [] });
});

test("a statement that only reads holds a lock too", () => {
  expect(
    subjectOfWait(
      [
        [INDEX, 0, 250],
        ["select pg_sleep(3)", 260, 3300],
      ],
      3400,
    ).during,
  ).toMatch(/^select pg_sleep/);
});

test("where both took long, the finding has the safer way of the statement and the advice to end the transaction", () => {
  const { subject } = subjectOfWait(
    [
      [INDEX, 0, 3000],
      [UPDATE, 3000, 5000],
    ],
    5000,
    "alembic",
  );
  expect(subject.advice).toMatch(/^End the transaction.*concurrently, outside of a transaction.*With alembic: .*autocommit_block/s);
  expect(subject.sql).toEqual(["create index concurrently ix on ord (v)"]);
});

test("a short statement beside a long one is not named", () => {
  const { subject, during } = subjectOfWait(
    [
      [INDEX, 0, 3000],
      [UPDATE, 3000, 3200],
    ],
    3200,
  );
  expect([during, subject.advice]).toEqual([undefined, expect.not.stringMatching(/End the transaction/)]);
});

test("reports that the command was idle in its transaction", () => {
  expect(
    subjectOfWait(
      [
        [INDEX, 0, 300],
        [UPDATE, 5000, 5100],
      ],
      5100,
    ).during,
  ).toMatch(/idle in its transaction/);
});

test("the rest of the same message has no times of its own, so it is named", () => {
  const { subject, during } = subjectOfWait([[`begin; ${INDEX}; ${UPDATE}; select pg_sleep(1); commit`, 0, 3000]], 3000);
  expect(during).toMatch(/times are not known: update acc set n = \?; select pg_sleep\(\?\)$/);
  expect(subject.advice).toMatch(/concurrently.*The statements after it in the same message/);
});

test("where the statement with the lock is short, the safer way is that of a later one of its message", () => {
  const message = "begin; alter table ord rename to purchase; alter table purchase add column z uuid default gen_random_uuid(); commit";
  const { subject } = subjectOfWait([[message, 0, 3000]], 3000, undefined, migrationFiles([]), "AccessExclusiveLock");
  expect(subject.statement).toBe("alter table ord rename to purchase");
  expect(subject.advice).toMatch(
    /For alter table purchase add column z uuid default gen_random_uuid\(\): A default that differs for each row/,
  );
  expect(subject.sql[0]).toBe("alter table purchase add column z uuid");
});

const ADVICE_FOR_TWO_MIGRATIONS = /both migrations in one transaction/;

test.each([
  ["of the same file", [["001.sql", `${INDEX}; ${UPDATE};`]], false],
  ["in no file", [["001.sql", `${UPDATE};`]], false],
  [
    "of another file",
    [
      ["001.sql", INDEX],
      ["002.sql", UPDATE],
    ],
    true,
  ],
] as const)(
  "advises one transaction for each migration only for a statement that is known to be of another one: %s",
  (_, texts, isOther) => {
    const { subject } = subjectOfWait(
      [
        [INDEX, 0, 250],
        [UPDATE, 260, 3300],
      ],
      3400,
      "sql",
      migrationFiles(texts.map(([path, text]) => ({ path, text }))),
    );
    expect(ADVICE_FOR_TWO_MIGRATIONS.test(subject.advice)).toBe(isOther);
  },
);

test("where the later statement changes the same table, another transaction does not help, and the finding has its safer way", () => {
  const messages = [
    ["alter table ord alter column v drop default", 0, 5],
    ["alter table ord alter column v drop not null", 6, 9],
    ["alter table ord add column w uuid default gen_random_uuid()", 10, 2900],
  ] as const;
  const { subject, during } = subjectOfWait(messages, 3000, undefined, migrationFiles([]), "AccessExclusiveLock");
  expect(during).toMatch(/^alter table ord add column w uuid/);
  expect(subject.statement).toBe("alter table ord alter column v drop default");
  expect(subject.advice).toMatch(/^The later statement needs a lock on this table itself.* For alter table ord add column w uuid/);
  expect(subject.sql.join("\n")).toContain("add column");
  const other = [messages[0], ["alter table acc alter column v type bigint", 10, 2900]] as const;
  const split = subjectOfWait(other, 3000, undefined, migrationFiles([]), "AccessExclusiveLock");
  expect(split.subject).toMatchObject({ advice: expect.stringMatching(/^End the transaction before/), sql: [] });
});

test("names every later statement with a notable share of the wait, and those of the same table have their own safer way", () => {
  const messages = [
    ["alter table ord alter column v drop default", 0, 5],
    [UPDATE, 10, 1500],
    ["select 1", 1500, 1510],
    ["alter table ord add column w uuid default gen_random_uuid()", 1510, 2900],
  ] as const;
  const { subject, during } = subjectOfWait(messages, 3000, undefined, migrationFiles([]), "AccessExclusiveLock");
  expect(during).toBe("update acc set n = ? (1.5 s); alter table ord add column w uuid default gen_random_uuid() (1.4 s)");
  expect(subject.advice).toMatch(/^A later statement needs a lock .* For alter table ord .* For the others: End the transaction before/);
  expect(subject.sql.join("\n")).toContain("add column");
});

test("a later CREATE INDEX on the same table blocks no reader, so a transaction of its own helps readers", () => {
  const messages = [
    ["alter table ord alter column v set not null", 0, 200],
    [INDEX, 210, 2900],
  ] as const;
  const adviceTo = (blocked: "readers" | "writers"): string =>
    subjectOfWait(messages, 3000, undefined, migrationFiles([]), "AccessExclusiveLock", blocked).subject.advice;
  expect(adviceTo("readers")).toMatch(/^End the transaction before/);
  expect(adviceTo("writers")).toMatch(/^The later statement needs a lock on this table itself/);
});

test("later statements that block the same people for too long by themselves are named for findings of their own", () => {
  const messages = [
    ["alter table ord add constraint u unique (v)", 0, 1700],
    ["alter table ord alter column v set not null", 1710, 2500],
    ["alter table ord alter column w type bigint", 2510, 6900],
    ["alter table ord add foreign key (v) references acc (n)", 6900, 9900],
  ] as const;
  const wait = subjectOfWait(messages, 10_000, undefined, migrationFiles([]), "AccessExclusiveLock", "readers");
  expect(wait.others?.map(({ subject, ms, mode }) => [subject.statement, ms, mode])).toEqual([
    ["alter table ord alter column w type bigint", 4390, "AccessExclusiveLock"],
  ]);
  expect(wait.subject.advice).toMatch(/One later statement makes others wait too long by itself, and has a finding of its own\.$/);
  expect(wait.subject.sql.join()).toContain("create unique index concurrently");
});

function adviceFor(sql: string): string {
  return subjectOfWait([[sql, 0, 3000]], 3000).subject.advice;
}

test("says that constants of the migration are hidden in the advised SQL, where there are some", () => {
  expect(adviceFor("create index ix on ord (v) where v > 5")).toMatch(/Each \? in the SQL is a constant of the migration: --literals/);
  expect(adviceFor("create index ix on ord (v)")).not.toContain("--literals");
});
