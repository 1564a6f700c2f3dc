import { expect, test } from "vitest";
import { resultOf } from "../../../../src/findings/result.ts";
import { found } from "../../../../src/rehearsal/finding.ts";
import { judgeTraffic } from "../../../../src/rehearsal/judge/traffic.ts";
import type { Rehearsal } from "../../../../src/rehearsal/rehearsal.ts";
import { renderRehearsal } from "../../../../src/rehearsal/report/renderers.ts";
import { newCollection } from "../../../../src/rehearsal/traffic/latency.ts";
import { measuredTraffic } from "../../../../src/rehearsal/traffic/measured.ts";
import { knownNames } from "../../../../src/rehearsal/sql/known-names.ts";
import { parseTraffic } from "../../../../src/rehearsal/traffic/parse.ts";

const parsed = parseTraffic(
  `version: 1
statements:
  - name: open | an order
    sql: select * from orders where id = $1 and kind = 'private-1'
    values: [private-2]
  - name: change it
    sql: update orders set state = $1
    values: [private-3]
`,
  "db/traffic.yaml",
);

const [open, change] = [newCollection(), newCollection()];
open.before.times.push(1, 2, 3);
open.during.times.push(2, 900);
open.during.longestMs = 2500;
open.during.notSent = 12;
change.before.times.push(4);
change.after.causes.set('column "state" does not exist (SQLSTATE 42703)', 7);
const isKnown = knownNames(["state", "v"]);
const traffic = measuredTraffic(
  parsed,
  [open, change],
  {
    ok: false,
    errors: [{ message: "deadlock detected", sqlstate: "40P01" }],
    measured: { ms: 3000, tables: [] },
  },
  isKnown,
  () => false,
);

const result: Rehearsal = {
  version: 1,
  command: "rehearse",
  copy: {
    origin: "dump",
    description: "a dump of PRODUCTION",
    hasProductionRows: true,
    isEmpty: false,
    postgresMajor: 18,
    gaps: ["Parts of the dump could not be restored: x."],
    outbound: [{ name: "foreign server billing", state: "disabled" }],
  },
  outcome: "succeeded",
  unjudged: [],
  ms: 3000,
  statements: [],
  migrations: [],
  tables: [],
  growthBytes: 0,
  temporaryBytes: 0,
  observation: {
    throughBroker: true,
    looks: 10,
    intervalMs: { median: 10, longest: 20 },
    completeTransactions: 0,
    transactions: 0,
    pausedMs: 0,
    momentMs: 100,
    delayMs: 1,
    delayShare: 0.5,
    accuracyMs: 2,
    probes: { checked: 0, agreed: 0 },
    limits: [],
  },
  ...resultOf(judgeTraffic(traffic)),
  folder: "",
  traffic,
};

test.each(["text", "json", "markdown", "junit", "sarif", "code-quality"] as const)("%s has the traffic, and no value of it", (format) => {
  const text = renderRehearsal(result, format, {});
  expect(text).toContain("traffic-fails");
  expect(text).toContain("traffic-waits");
  expect(text).toContain("2.5 s");
  expect(text).toContain("db/traffic.yaml");
  expect(text).not.toContain("private-");
});

test("a statement that fails only since the migrations is an error at its line, and the figures are information", () => {
  expect(result.findings.map(({ code, severity, at, object }) => [code, severity, at?.line, object.name])).toEqual([
    ["traffic-fails", "error", 6, "change it"],
    ["traffic-waits", "info", 3, "open | an order"],
  ]);
  expect(result.failed).toBe(true);
});

test("a statement that failed before too, or is fast again, is not a failure of the migrations", () => {
  const early = newCollection();
  early.before.causes.set("permission denied (SQLSTATE 42501)", 1);
  early.after.causes.set("permission denied (SQLSTATE 42501)", 1);
  const quiet = measuredTraffic(parsed, [open, early], { ok: true, errors: [], measured: { ms: 1, tables: [] } }, isKnown, () => false);
  expect(judgeTraffic(quiet).map(({ code }) => code)).toEqual(["traffic-waits"]);
});

test("the page has a table with every phase, with the names of others escaped", () => {
  const page = renderRehearsal(result, "markdown", {});
  expect(page).toContain("the migrations failed after 3.0 s: deadlock detected (SQLSTATE 40P01)");
  expect(page).toContain(String.raw`| open \| an order | before | 0 ms | 2 ms |`);
  expect(page).toMatch(/\| {2}\| during \| 2\.5 s \| 2 ms \| 900 ms \| 900 ms \| 900 ms \| 2 \| 0 \| 12 \|/);
  expect(page).toContain("Disabled in the copy, because it could reach other systems: foreign server billing.");
});

const table: Rehearsal["tables"][number] = {
  table: "app.orders",
  bytes: 8192,
  rows: 4,
  strongestLock: "SHARE",
  heldMs: 200,
  blockedReadsMs: 0,
  blockedWritesMs: 200,
  blockedReadsTotalMs: 0,
  blockedWritesTotalMs: 200,
  queuedMs: 0,
  rewritten: false,
  bytesAfter: 8192,
  indexesRewritten: [],
  dropped: false,
  fullScans: 0,
  rowsScanned: 0,
  rowsInserted: 0,
  rowsUpdated: 0,
  rowsDeleted: 0,
};

const page = (tables: Rehearsal["tables"]): string => renderRehearsal({ ...result, tables }, "markdown", {});

test("the page leaves out the columns in which nothing happened to any table", () => {
  expect(page([table])).toContain("| table | readers wait | writers wait | lock | held | size | rows |");
  expect(page([table, { ...table, rewritten: true }])).toContain("| held | rewritten | size | rows |");
  expect(page([{ ...table, rowsUpdated: 3 }])).toContain("| held | changed rows | size | rows |");
});

test("a page with a title of its own does not begin with the counts", () => {
  expect(renderRehearsal(result, "markdown", {})).toMatch(/^\*\*Rehearsal\*\*: 1 error, 1 info\n/);
  expect(renderRehearsal(result, "markdown", { isTitled: false })).toMatch(/^❌ \*\*1 error\*\*\n/);
});

test("a statement that failed during the migrations and had no answer after them is not called passing", () => {
  const failing = newCollection();
  failing.before.times.push(1);
  failing.during.causes.set('column "v" does not exist (SQLSTATE 42703)', 3);
  failing.after.notSent = 243;
  const met = measuredTraffic(parsed, [open, failing], { ok: true, errors: [], measured: { ms: 1, tables: [] } }, isKnown, () => false);
  const [finding] = judgeTraffic(met);
  expect(finding).toMatchObject({ code: "traffic-fails", facts: { isLasting: "not seen" } });
  const text = renderRehearsal({ ...result, ...resultOf(judgeTraffic(met)), traffic: met }, "text", {});
  expect(text).toContain("after them it had no answer");
  expect(text).toContain("Deploy an application that works with both schemas");
});

test("does not say that the limits were kept where a busy machine made waits impossible to judge", () => {
  const quiet: Rehearsal = { ...result, ...resultOf<Rehearsal["findings"][number]>([]) };
  const busy = { ...quiet, unjudged: [{ table: "app.orders", access: "reads" as const, ms: 1130 }] };
  const text = renderRehearsal(busy, "text", {});
  expect(text).toContain("Not judged, because the machine was too busy, although longer than the limits: readers of app.orders for 1.1 s.");
  expect(text).toContain("The waits that could be judged stay within the limits: no findings (some waits were not judged).");
  expect(text).not.toContain("The migrations stay within the limits");
  expect(renderRehearsal(busy, "markdown", {})).toContain("no findings");
  expect(renderRehearsal(busy, "markdown", {})).toContain("some waits were not judged");
  expect(renderRehearsal(quiet, "text", {})).toContain("The migrations stay within the limits: no findings.");
});

test.each(["text", "markdown", "junit", "sarif"] as const)(
  "the advised statements of %s end with a semicolon, those of JSON do not",
  (format) => {
    const facts = { advice: "Build it concurrently.", sql: ["create index concurrently a on t (b)"], size: "2 GB", limit: "1 GB" };
    const findings = [found("table-rewritten", { kind: "table", name: "public.t" }, facts)];
    const advised = { ...result, ...resultOf(findings) };
    expect(renderRehearsal(advised, format, {})).toContain("create index concurrently a on t (b);");
    expect(renderRehearsal(advised, "json", {})).toContain('"create index concurrently a on t (b)"');
  },
);
