import { expect, test } from "vitest";
import { fit } from "../../../../src/ci/summary/fit.ts";
import { renderSummary } from "../../../../src/ci/summary/render.ts";
import type { CommandSummary } from "../../../../src/ci/summary/command-summary.ts";
import { timeline } from "../../../../src/ci/summary/timeline.ts";

const SUMMARY: CommandSummary = {
  title: "offshoot run",
  job: "integration",
  run: "run-42",
  database: {
    id: "br-x",
    consoleUrl: undefined,
    name: "offshoot/acme/shop/run-42",
    provider: "embedded",
    expiresAt: new Date("2026-11-01T14:00:00Z"),
  },
  refusals: [{ provider: "neon", text: "NEON_API_KEY is not set." }],
  phases: [
    { phase: "up", text: "database created", startMs: 5, ms: 1200, failed: false },
    { phase: "migrate", text: "migrations | ran", startMs: 1210, ms: 61_000, failed: true },
  ],
  notes: ["waiting for @ada's job <b>"],
  findings: undefined,
  failure: "The migrations failed.\n```\nrelation missing",
  exitCode: 11,
  kept: undefined,
};

test("a page has the outcome, error, database, skipped providers, phases, timeline and notes, with special characters escaped", async () => {
  await expect(`${renderSummary(SUMMARY)}\n`).toMatchFileSnapshot("../../../fixtures/ci/summary.md");
});

test("a branch of Neon is shown with its id, as a link to its page in the console", () => {
  const database = {
    id: "br-calm-sea-12345678",
    consoleUrl: "https://console.neon.tech/app/projects/p/branches/br-calm-sea-12345678(x)",
    name: "offshoot/x",
    provider: "neon",
    expiresAt: undefined,
  };
  expect(renderSummary({ ...SUMMARY, database })).toContain(
    "from **neon**, branch [`br-calm-sea-12345678`](https://console.neon.tech/app/projects/p/branches/br-calm-sea-12345678%28x%29)",
  );
});

test("a command with one phase has no timeline", () => {
  expect(timeline(SUMMARY.phases.slice(0, 1))).toEqual([]);
});

test("a page within the size limit is not changed", () => {
  expect(fit("ä", 2)).toBe("ä");
});

test("a page over the size limit is cut between lines, its code fence is closed, and a note reports the cut", () => {
  const long = ["# Head", "```text", ...Array.from({ length: 1000 }, (_, at) => `line ${at} ä`), "```"].join("\n");
  const cut = fit(long, 500);
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(500);
  expect(cut).toMatch(/^# Head\n```text\nline 0 ä\n[^]*\nline \d+ ä\n```\n\n_The rest was cut off/);
});

test("the result is empty if not even one line fits", () => {
  expect(fit("# Head\nmore", 3)).toBe("");
  expect(fit("# Head\nmore", -7)).toBe("");
});
