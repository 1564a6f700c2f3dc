import { expect, test } from "vitest";
import { compareProbes } from "../../../../src/rehearsal/measure/probes.ts";
import type { LockMode } from "../../../../src/rehearsal/observe/lock-modes.ts";
import type { Probe } from "../../../../src/rehearsal/observe/prober.ts";
import type { Relation } from "../../../../src/rehearsal/observe/relations.ts";
import type { LockSpan } from "../../../../src/rehearsal/observe/sample.ts";

const span = (mode: LockMode, fromMs: number, toMs: number): LockSpan => ({
  pid: 1,
  relation: 10,
  mode,
  granted: true,
  fromMs,
  toMs,
  beginWithinMs: 0,
  endWithinMs: 0,
});
const probe = (access: Probe["access"], atMs: number, answer: Probe["answer"]): Probe => ({
  relation: 10,
  access,
  fromMs: atMs,
  toMs: atMs + 1,
  answer,
});
const table = { id: 10, schema: "public", name: "a", kind: "r", shown: "public.a", table: undefined, file: 1, bytes: 0 } satisfies Relation;
const compare = (probes: readonly Probe[], spans: readonly LockSpan[]): ReturnType<typeof compareProbes> =>
  compareProbes(probes, spans, new Map([[10, table]]), 5);

test("a probe that was blocked within a wait agrees, and one that was free contradicts it", () => {
  const spans = [span("AccessExclusiveLock", 100, 200)];
  expect(compare([probe("read", 150, "blocked"), probe("write", 150, "blocked")], spans)).toEqual({ checked: 2, agreed: 2, refused: [] });
  expect(compare([probe("read", 150, "free")], spans)).toEqual({ checked: 1, agreed: 0, refused: [] });
});

test("a probe that was blocked outside of all waits contradicts the samples: a lock was missed", () => {
  expect(compare([probe("read", 300, "blocked")], [span("AccessExclusiveLock", 100, 200)])).toMatchObject({ checked: 1, agreed: 0 });
});

test("SHARE blocks writers, and readers are free", () => {
  const spans = [span("ShareLock", 100, 200)];
  expect(compare([probe("read", 150, "free"), probe("write", 150, "blocked")], spans)).toMatchObject({ checked: 2, agreed: 2 });
});

test("near the begin and the end of a wait, a probe decides nothing", () => {
  const spans = [span("AccessExclusiveLock", 100, 200)];
  expect(compare([probe("read", 97, "blocked"), probe("read", 198, "free")], spans)).toMatchObject({ checked: 0, agreed: 0 });
});

test("tables that the role must not lock are named once", () => {
  expect(compare([probe("write", 150, "refused"), probe("write", 160, "refused")], [])).toEqual({
    checked: 0,
    agreed: 0,
    refused: ["public.a"],
  });
});
