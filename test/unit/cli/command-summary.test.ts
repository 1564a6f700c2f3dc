import type { Kept } from "../../../src/ci/summary/command-summary.ts";
import { expect, test } from "vitest";
import { recordSummary } from "../../../src/cli/command-summary.ts";
import { OffshootError } from "../../../src/errors.ts";

const HELD = {
  kind: "database",
  id: "br-x",
  consoleUrl: undefined,
  name: "offshoot/x",
  provider: "neon",
  run: "run-1",
  expiresAt: new Date("2026-11-01T14:00:00Z"),
} as const;

test("a command without phases has no summary", () => {
  const recorder = recordSummary({ title: "offshoot list", job: undefined }, () => 0);
  recorder.emit({ kind: "note", text: "nothing" });
  expect(recorder.finish({ thrown: undefined, exitCode: 0 })).toBeUndefined();
});

/** The text about the kept database, after an `up` and further phases. */
function keptAfter(...more: readonly "down"[]): Kept | undefined {
  const recorder = recordSummary({ title: "offshoot up", job: undefined }, () => 100);
  recorder.emit({ kind: "phase", phase: "up", state: "end", text: "created", ms: 40 });
  recorder.emit(HELD);
  for (const phase of more) recorder.emit({ kind: "phase", phase, state: "end", text: "deleted", ms: 1 });
  return recorder.finish({ thrown: undefined, exitCode: 0 })?.kept;
}

test("the summary has the kept database, its expiry time and the command that deletes it, unless it was deleted", () => {
  expect(keptAfter()).toEqual({
    text: "The database offshoot/x is kept until 2026-11-01 14:00 UTC at the latest. Delete it with:",
    commands: ["npx offshoot down --run run-1"],
  });
  expect(keptAfter("down")).toBeUndefined();
});

test("phases, notes and errors contain no password", () => {
  const recorder = recordSummary({ title: "offshoot run", job: "test" }, () => 100);
  recorder.emit({ kind: "phase", phase: "command", state: "failed", text: "psql postgres://a:secretword@h/d", ms: 40 });
  recorder.emit({ kind: "warning", text: "postgres://a:secretword@h/d" });
  const summary = recorder.finish({ thrown: new OffshootError("URL_INVALID", "bad: postgres://a:secretword@h/d"), exitCode: 2 });
  expect(summary).toMatchObject({ job: "test", failure: "bad: postgres://a:***@h/d", phases: [{ failed: true, ms: 40 }] });
  expect(JSON.stringify(summary)).not.toContain("secretword");
});

test("the error of an audit does not list the findings again, because the summary has them", () => {
  const recorder = recordSummary({ title: "offshoot run", job: undefined }, () => 100);
  recorder.emit({ kind: "phase", phase: "audit", state: "end", text: "1 finding", ms: 40 });
  recorder.emit({ kind: "findings", markdown: "**Schema**: 1 error", annotations: [] });
  const thrown = new OffshootError("FINDINGS", "The schema does not match.", { meaning: "ERRORS\n\n  app.t", remedy: "Fix it." });
  expect(recorder.finish({ thrown, exitCode: 10 })).toMatchObject({
    findings: "**Schema**: 1 error",
    failure: "The schema does not match.\nFix it.",
  });
});

test("a failure has a second text without the output of the failed command", () => {
  const recorder = recordSummary({ title: "offshoot run", job: undefined }, () => 0);
  recorder.emit({ kind: "phase", phase: "migrate", state: "failed", text: "migrations", ms: 1 });
  const thrown = new OffshootError("MIGRATION_FAILED", "The migration failed.", {
    meaning: "Its output was: a-custom-value",
    remedy: "Correct it.",
    facts: { tail: "a-custom-value" },
  });
  const summary = recorder.finish({ thrown, exitCode: 0 });
  expect(summary?.failure).toContain("a-custom-value");
  expect(summary?.failureWithoutOutput).toBe(
    "The migration failed.\nThe last lines of its output are in the log of the job. With commentOutput: true they are shown here.\nCorrect it.",
  );
});
