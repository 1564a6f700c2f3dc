import { expect, test } from "vitest";
import type { Ended } from "../../whole-life/actor.ts";
import type { Entry } from "../../whole-life/journal.ts";
import type { Outcome } from "../../whole-life/outcome.ts";
import type { ActorPlan, Schedule } from "../../whole-life/plans.ts";
import { judge, PROMISES } from "../../whole-life/promises/promises.ts";

const RUN: ActorPlan = { kind: "run", run: 0, startAtMs: 0, workS: 0, status: 0 };
const SCHEDULE: Schedule = {
  seed: 1,
  venue: "embedded",
  special: "nothing",
  aftermath: "down",
  runs: [{ by: "name", name: "life", repository: 1 }],
  actors: [RUN, RUN],
  kills: [],
  ttl: "long",
  base: false,
  stepMs: 10,
};
const SECRET = "s3cret/password";

function ended(name: string, own: Partial<Ended> = {}): Ended {
  return {
    name,
    plan: RUN,
    args: [],
    code: 0,
    signal: null,
    stdout: "",
    stderr: "",
    from: 0,
    to: 900,
    kill: undefined,
    hung: false,
    ...own,
  };
}

function entry(at: number, what: Entry["what"], own: Partial<Entry> = {}): Entry {
  return { at, what, run: "run-1", actor: "run-1", token: "a", database: "db 1", ...own };
}

const JOURNAL: readonly Entry[] = [
  entry(100, "migration-begin"),
  entry(150, "migration-step"),
  entry(200, "migration-end"),
  entry(300, "job-begin", { code: 3, provider: "embedded" }),
  entry(310, "job-begin", { code: 3, actor: "run-2", provider: "embedded" }),
  entry(700, "job-end", { code: 0 }),
  entry(710, "job-end", { code: 0, actor: "run-2" }),
];

const GOOD: Outcome = {
  schedule: SCHEDULE,
  ends: [ended("run-1"), ended("run-2")],
  journal: JOURNAL,
  remaining: [],
  left: [],
  processes: [],
  cleaning: [ended("first-down-of-run-1")],
  missingDecoys: [],
  decoys: 1,
  secrets: [SECRET],
  strangeFiles: [],
};

const late = entry(320, "migration-step");
const other = entry(305, "migration-begin", { token: "b" });
const database = { name: "offshoot/acme/life/1", repository: "acme/life", run: "1", expires: undefined };

/** For each promise, outcomes that break it. */
const BROKEN: readonly (readonly [promise: string, why: string, outcome: Partial<Outcome>])[] = [
  ["1 one database", "two databases", { journal: JOURNAL.map((each) => (each.actor === "run-2" ? { ...each, database: "db 2" } : each)) }],
  ["2 connectable", "no answer", { journal: [...JOURNAL, entry(320, "job-unreachable")] }],
  [
    "3 migrations once",
    "an overlap",
    { journal: [...JOURNAL.slice(0, 2), entry(160, "migration-begin", { token: "b" }), ...JOURNAL.slice(2)] },
  ],
  [
    "3 migrations once",
    "two successes",
    { journal: [...JOURNAL, entry(800, "migration-begin", { token: "b" }), entry(810, "migration-end", { token: "b" })] },
  ],
  [
    "4 nobody early, nobody hangs",
    "an early job",
    { journal: JOURNAL.map((each) => (each.what === "job-begin" ? { ...each, code: 2 } : each)) },
  ],
  ["4 nobody early, nobody hangs", "a job that hangs", { ends: [ended("run-1", { hung: true })] }],
  ["4 nobody early, nobody hangs", "a wrong exit status", { ends: [ended("run-1", { code: 13 })] }],
  ["5 no zombie", "a late step", { journal: [...JOURNAL.slice(0, 4), other, late] }],
  ["5 no zombie", "a process", { processes: ["1 bash job.sh"] }],
  ["6 nothing left", "no expiry", { remaining: [database] }],
  ["6 nothing left", "a database", { left: [database] }],
  ["7 nothing of others", "a decoy", { missingDecoys: ["the database shop"] }],
  ["7 nothing of others", "a database in use", { journal: [...JOURNAL, entry(400, "job-lost")] }],
  ["9 fallback reported", "no report", { schedule: { ...SCHEDULE, special: "fallback" } }],
  ["9 fallback reported", "a rejected key", { schedule: { ...SCHEDULE, special: "rejected" } }],
  ["9 fallback reported", "a failed migration", { schedule: { ...SCHEDULE, special: "failing-migration" } }],
  ["10 repeatable", "a second failure", { cleaning: [ended("second-down-of-run-1", { code: 13 })] }],
  ["11 nothing trusted", "a file", { strangeFiles: ["hacked"] }],
  ["11 nothing trusted", "a stack", { ends: [ended("run-1", { stderr: "offshoot: unexpected error. Please report it." })] }],
  ["12 success seen", "no command", { journal: JOURNAL.filter(({ what }) => what !== "job-end") }],
];

test("a life in which nothing is wrong keeps every promise, and checks facts of most of them", () => {
  const { broken, checked } = judge(GOOD);
  expect(broken).toEqual([]);
  expect(Object.keys(checked).filter((name) => checked[name] === 0)).toEqual(["9 fallback reported"]);
});

test.each(BROKEN)("promise %s: %s is reported", (promise, _, outcome) => {
  expect(PROMISES[promise]?.({ ...GOOD, ...outcome }).broken).not.toEqual([]);
});

test.each([
  ["plain", SECRET],
  ["in a URL", encodeURIComponent(SECRET)],
  ["in hex", Buffer.from(SECRET).toString("hex")],
  ["in base64", Buffer.from(`PGPASSWORD=${SECRET}\n`).toString("base64")],
])("promise 8 no secret: a secret %s is reported", (_, text) => {
  expect(PROMISES["8 no secret"]?.({ ...GOOD, ends: [ended("run-1", { stderr: `value ${text} value` })] }).broken).not.toEqual([]);
});

test("there is a case for each of the twelve promises", () => {
  const cases = new Set([...BROKEN.map(([promise]) => promise), "8 no secret"]);
  expect(Object.keys(PROMISES).filter((name) => !cases.has(name))).toEqual([]);
  expect(Object.keys(PROMISES)).toHaveLength(12);
});
