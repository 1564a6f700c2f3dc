import { expect, test } from "vitest";
import { inPhase } from "../../../../src/context/phase.ts";
import { OffshootError } from "../../../../src/errors.ts";
import { describePhase, type PhaseEnd } from "../../../../src/cli/terminal/describe.ts";
import { symbolsOf } from "../../../../src/cli/terminal/look.ts";

const symbols = symbolsOf({ isLive: true, hasUnicode: true });
const end = (event: Partial<PhaseEnd>): PhaseEnd => ({ kind: "phase", phase: "up", state: "end", text: "text", ms: 1, ...event });

test.for([
  [end({ facts: ["neon", "shop/main", "until 18:00"] }), { label: "database", text: "neon · shop/main, until 18:00" }],
  [end({ phase: "command", text: "x", facts: ["npm test", "exit status 1"] }), { label: "npm test", text: "exit status 1" }],
  [
    end({ phase: "command", text: "x", facts: ["npm run a long command", "exit status 0"] }),
    { label: "command", text: "npm run a long command · exit status 0" },
  ],
  [end({ phase: "command", text: "nosuch", state: "failed" }), { label: "nosuch", text: "could not start" }],
  [end({ phase: "down", text: "database deleted", facts: ["nothing left"] }), { label: "deleted", text: "nothing left" }],
  [end({ phase: "down", text: "database kept", facts: ["kept: it is in use"] }), { label: "delete", text: "kept: it is in use" }],
  [end({ phase: "drift", text: "3 findings" }), { label: "drift", text: "3 findings" }],
] as const)("describes %o", ([event, expected]) => {
  expect(describePhase(event, symbols)).toEqual(expected);
});

test("a phase that failed shows what it worked on", () => {
  const failed = end({ phase: "migrate", text: "migrations", state: "failed" });
  expect(describePhase(failed, symbols, "alembic")).toEqual({ label: "migrate", text: "alembic · failed" });
  expect(describePhase(failed, symbols)).toEqual({ label: "migrate", text: "migrations · failed" });
});

test("a phase that was cancelled did not fail", async () => {
  const events: PhaseEnd[] = [];
  const emit = (event: { kind: string; state?: string }): void => {
    if (event.state === "failed") events.push(event as PhaseEnd);
  };
  const cancelled = new OffshootError("CANCELLED", "Cancelled: the migration.", {});
  await expect(inPhase(emit, "migrate", "migrations", () => Promise.reject(cancelled))).rejects.toBe(cancelled);
  expect(describePhase(events[0] ?? end({}), symbols, "alembic")).toEqual({ label: "migrate", text: "alembic · interrupted" });
});
