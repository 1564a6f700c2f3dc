import { expect, test } from "vitest";
import { describeEvent } from "../../../src/runners/describe-event.ts";

test("a test runner shows the database, the migrations, notes, warnings and skipped providers, and nothing else", () => {
  const shown = [
    { kind: "note", text: "a note" },
    { kind: "warning", text: "a warning" },
    { kind: "refusal", provider: "neon", code: "no-key", text: "NEON_API_KEY is not set." },
    { kind: "phase", phase: "up", state: "start", text: "database" },
    { kind: "phase", phase: "up", state: "end", ok: true, text: "embedded database created", ms: 1234 },
    { kind: "phase", phase: "migrate", state: "end", ok: true, text: "migrations ran", ms: 50 },
    { kind: "phase", phase: "down", state: "end", ok: true, text: "database deleted", ms: 5 },
    { kind: "status", text: "node-pg-migrate" },
  ].flatMap((event) => describeEvent(event as Parameters<typeof describeEvent>[0]) ?? []);
  expect(shown).toEqual([
    "a note",
    "warning: a warning",
    "neon skipped: NEON_API_KEY is not set.",
    "embedded database created (1.2 s)",
    expect.stringMatching(/^migrations ran \(.*s\)$/),
  ]);
});
