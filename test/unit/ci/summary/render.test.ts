import { expect, test } from "vitest";
import { fit } from "../../../../src/ci/summary/fit.ts";
import { renderSummary } from "../../../../src/ci/summary/render.ts";
import type { CommandSummary } from "../../../../src/ci/summary/command-summary.ts";
import { timeline } from "../../../../src/ci/summary/timeline.ts";

const STORY: CommandSummary = {
  title: "offshoot run",
  job: "integration",
  run: "run-42",
  database: { name: "offshoot/acme/shop/run-42", provider: "embedded", expiresAt: new Date("2026-11-01T14:00:00Z") },
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

test("a page tells outcome, database, refusals, phases, timeline, notes and the error, with foreign words kept words", async () => {
  await expect(`${renderSummary(STORY)}\n`).toMatchFileSnapshot("../../../fixtures/ci/summary.md");
});

test("a command that did one thing has no timeline", () => {
  expect(timeline(STORY.phases.slice(0, 1))).toEqual([]);
});

test("a page that fits stays as it is", () => {
  expect(fit("ä", 2)).toBe("ä");
});

test("a page that is too long is cut between lines, closes its fence, and says so", () => {
  const long = ["# Head", "```text", ...Array.from({ length: 1000 }, (_, at) => `line ${at} ä`), "```"].join("\n");
  const cut = fit(long, 500);
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(500);
  expect(cut).toMatch(/^# Head\n```text\nline 0 ä\n[^]*\nline \d+ ä\n```\n\n_Cut here/);
});

test("where nothing more fits, nothing is written", () => {
  expect(fit("# Head\nmore", 3)).toBe("");
  expect(fit("# Head\nmore", -7)).toBe("");
});
