import { expect, test } from "vitest";
import { measure } from "../../../../src/rehearsal/measure/measure.ts";
import type { Measured } from "../../../../src/rehearsal/measured.ts";
import type { Observed } from "../../../../src/rehearsal/observe/observe.ts";
import type { SampledLock } from "../../../../src/rehearsal/observe/sample.ts";
import type { DatabaseState, Relation } from "../../../../src/rehearsal/observe/relations.ts";
import { tableRow } from "../../../../src/rehearsal/report/facts.ts";
import { migrationFiles } from "../../../../src/rehearsal/sql/migration-files.ts";

const relation = (id: number, schema: string, name: string, of?: Partial<Relation>): Relation => ({
  id,
  schema,
  name,
  kind: "r",
  shown: `${schema}.${name}`,
  table: undefined,
  file: id,
  bytes: 8192,
  ...of,
});

const relations = [
  relation(1, "public", "t"),
  relation(2, "public", "t_a", { kind: "i", table: 1 }),
  relation(3, "public", "twin"),
  relation(4, "app", "twin"),
];

const state: DatabaseState = {
  relations: new Map(relations.map((each) => [each.id, each])),
  counters: new Map(),
  bytes: 0,
  temporaryBytes: 0,
  logPosition: 0,
  isCut: false,
  major: 18,
  statisticsAreLate: false,
};

/** One statement between two looks, of which the one before it can have seen a lock of the same session. */
function watch(
  sql: string,
  {
    isComplete = false,
    sqlstate,
    earlier = [],
    during = [],
  }: { isComplete?: boolean; sqlstate?: string; earlier?: readonly SampledLock[]; during?: readonly SampledLock[] } = {},
): Measured {
  const observed: Observed<undefined> = {
    result: undefined,
    startMs: 0,
    endMs: 20,
    before: state,
    after: state,
    recording: {
      statements: [{ session: "s", sql, startMs: 5, endMs: 7, tags: [], sqlstate, mark: undefined, isExact: true }],
      transactions: [
        { session: "s", startMs: 1, endMs: 3, isExplicit: false, isComplete: false },
        { session: "s", startMs: 5, endMs: 7, isExplicit: isComplete, isComplete },
      ],
      dropped: 0,
    },
    sampled: {
      samples: [
        { atMs: 2, locks: earlier },
        { atMs: 6, locks: during },
        { atMs: 15, locks: [] },
      ],
      interval: { median: 10, longest: 10 },
      delayMs: 0,
      delayShare: 0,
    },
    probes: [],
    pids: new Map([["s", 7]]),
    pausedMs: 0,
    sessions: 1,
    errors: [],
    left: 0,
    prepared: 0,
  };
  const options = { files: migrationFiles([]), revisions: undefined, throughBroker: true, isOwn: () => false, literals: false };
  return measure(observed, options).measured;
}

test.each(["vacuum t", "alter table public.t add column b int", "drop index concurrently t_a"])(
  "the table of a statement that was too short for a look is listed, with its lock and its waits not seen: %s",
  (sql) => {
    const { tables, observation } = watch(sql);
    expect(tables.map(({ table, strongestLock }) => [table, strongestLock])).toEqual([["public.t", undefined]]);
    expect(tables.map((each) => tableRow(each).slice(0, 5))).toEqual([["public.t", "not seen", "not seen", "not seen", "not seen"]]);
    expect(observation.limits.join(" ")).toContain("Some locks on public.t were not seen");
  },
);

test("a transaction whose locks were read before its end shows that there was no lock", () => {
  expect(watch("alter table t add column b int", { isComplete: true }).tables).toEqual([]);
});

test("a statement that failed, and a name that two schemas have, name no table", () => {
  expect(watch("vacuum t", { sqlstate: "42501" }).tables).toEqual([]);
  expect(watch("vacuum twin").tables).toEqual([]);
  expect(watch("vacuum app.twin").tables.map(({ table }) => table)).toEqual(["app.twin"]);
});

test("a temporary table hides the table with its name", () => {
  expect(watch("create temp table t as select 1 as id; alter table t add column b int").tables).toEqual([]);
  expect(watch("create temp table t as select 1 as id; alter table public.t add column b int").tables).toHaveLength(1);
});

test("the table to which a new foreign key refers is locked too", () => {
  for (const sql of [
    "alter table t add column c int references app.twin (id)",
    "alter table t add foreign key (id) references app.twin",
    "create table made (id int references t references app.twin)",
  ])
    expect(watch(sql).tables.map(({ table }) => table)).toEqual(["app.twin", "public.t"]);
  expect(watch("create table if not exists made (id int references t)").tables).toEqual([]);
});

test("a weaker lock that an earlier look saw is only the least that the table had", () => {
  const earlier = [{ pid: 7, relation: 1, mode: "ShareLock", granted: true }] as const;
  const { tables } = watch("alter table t add column b int", { earlier });
  expect(tables.map((each) => tableRow(each)[3])).toEqual(["at least SHARE"]);
});

test("a weaker lock of another statement of the same message is only the least that the table had", () => {
  const sql = "update t set a = 1; alter table t alter column a set not null";
  const lockIn = (mode: SampledLock["mode"]): unknown =>
    watch(sql, { during: [{ pid: 7, relation: 1, mode, granted: true }] }).tables.map((each) => tableRow(each)[3]);
  expect(lockIn("RowExclusiveLock")).toEqual(["at least ROW EXCLUSIVE"]);
  expect(lockIn("AccessExclusiveLock")).toEqual(["ACCESS EXCLUSIVE"]);
});

test("a partition that is attached or detached is a table that the statement locks", () => {
  for (const sql of ["alter table t detach partition app.twin", "alter table t attach partition app.twin default"]) {
    expect(watch(sql).tables.map(({ table }) => table)).toEqual(["app.twin", "public.t"]);
  }
});
