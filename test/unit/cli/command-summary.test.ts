import { expect, test } from "vitest";
import { recordSummary } from "../../../src/cli/command-summary.ts";
import { OffshootError } from "../../../src/errors.ts";

const HELD = { kind: "database", name: "offshoot/x", provider: "neon", run: "run-1", expiresAt: new Date("2026-11-01T14:00:00Z") } as const;

test("a command without phases has no page", () => {
  const story = recordSummary({ title: "offshoot list", job: undefined }, () => 0);
  story.emit({ kind: "note", text: "nothing" });
  expect(story.finish({ thrown: undefined, exitCode: 0 })).toBeUndefined();
});

/** What the page says that is left, after an `up` and further phases. */
function left(...more: readonly "down"[]): string | undefined {
  const story = recordSummary({ title: "offshoot up", job: undefined }, () => 100);
  story.emit({ kind: "phase", phase: "up", state: "end", text: "created", ms: 40 });
  story.emit(HELD);
  for (const phase of more) story.emit({ kind: "phase", phase, state: "end", text: "deleted", ms: 1 });
  return story.finish({ thrown: undefined, exitCode: 0 })?.kept;
}

test("what stays is told with its end and the command that removes it, unless it was removed", () => {
  expect(left()).toBe(
    "The database offshoot/x is kept until 2026-11-01T14:00:00.000Z at the latest. Delete it with: offshoot down --run run-1",
  );
  expect(left("down")).toBeUndefined();
});

test("phases, notes and failures keep no password", () => {
  const story = recordSummary({ title: "offshoot run", job: "test" }, () => 100);
  story.emit({ kind: "phase", phase: "command", state: "failed", text: "psql postgres://a:secretword@h/d", ms: 40 });
  story.emit({ kind: "warning", text: "postgres://a:secretword@h/d" });
  const told = story.finish({ thrown: new OffshootError("URL_INVALID", "bad: postgres://a:secretword@h/d"), exitCode: 2 });
  expect(told).toMatchObject({ job: "test", failure: "bad: postgres://a:***@h/d", phases: [{ failed: true, ms: 40 }] });
  expect(JSON.stringify(told)).not.toContain("secretword");
});
