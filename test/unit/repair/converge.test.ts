import { expect, test } from "vitest";
import type { Change } from "../../../src/drift/change.ts";
import { keyOfChange } from "../../../src/drift/facts.ts";
import type { RepairPlan } from "../../../src/repair/plan.ts";
import type { Trial } from "../../../src/repair/prove.ts";
import { settle } from "../../../src/repair/converge.ts";
import type { Step } from "../../../src/repair/step.ts";

const change = (object: string): Change => ({ change: "missing", kind: "view", object, detail: "text", differences: [] });
const CHANGES = [change("app.a"), change("app.b")];
const CLEAN: Trial = { left: [], again: [] };

/** One step for each change that isn't refused. */
function plan(refused: ReadonlyMap<string, string>): RepairPlan {
  const steps = CHANGES.filter((each) => !refused.has(keyOfChange(each))).map(({ kind, object }): Step => ({
    sql: object,
    kind,
    object,
    causes: [`${kind} ${object}`],
    ...(object === "app.b" ? LOSES : {}),
  }));
  const unrepaired = CHANGES.flatMap((each) => {
    const reason = refused.get(keyOfChange(each));
    return reason === undefined ? [] : [{ change: each, reason }];
  });
  return { steps, unrepaired };
}

const LOSES = { destructive: "rows" };

test("a repair that proves at once is taken whole", async () => {
  const settled = await settle(plan, async () => CLEAN, true);
  expect(settled.plan?.steps.map(({ sql }) => sql)).toEqual(["app.a", "app.b"]);
});

test("a change whose step fails is left out with the server's reason, and the rest is tried again", async () => {
  const tries: string[][] = [];
  const attempt = async (steps: readonly Step[]): Promise<Trial> => {
    tries.push(steps.map(({ sql }) => sql));
    const step = steps.find(({ sql }) => sql === "app.b");
    return step === undefined ? { ...CLEAN, left: [change("app.b")] } : { ...CLEAN, failed: { step, message: "no such thing", run: 1 } };
  };
  const { plan: proved } = await settle(plan, attempt, true);
  expect(tries).toEqual([["app.a", "app.b"], ["app.a"]]);
  expect(proved?.unrepaired).toMatchObject([{ change: { object: "app.b" }, reason: "on a copy its repair fails: no such thing" }]);
});

test("a change that is still there afterwards, or comes anew with each run, is left out", async () => {
  const outcomes: Trial[] = [
    { ...CLEAN, left: [change("app.a")] },
    { ...CLEAN, again: [change("app.b")] },
  ];
  const { plan: proved } = await settle(plan, async () => outcomes.shift() ?? CLEAN, true);
  expect(proved?.steps).toEqual([]);
  expect(proved?.unrepaired.map(({ reason }) => reason)).toEqual([
    "on a copy its repair leaves a difference (text)",
    "on a copy its repair changes something each time that it runs (text)",
  ]);
});

test("a change that went with another one's repair is not told to be left alone", async () => {
  const outcomes: Trial[] = [{ ...CLEAN, left: [change("app.b")] }];
  const { plan: proved } = await settle(plan, async () => outcomes.shift() ?? CLEAN, true);
  expect(proved?.unrepaired).toEqual([]);
});

test("what loses data isn't run without leave, and isn't missed then", async () => {
  const tries: string[][] = [];
  const attempt = async (steps: readonly Step[]): Promise<Trial> => {
    tries.push(steps.map(({ sql }) => sql));
    return { ...CLEAN, left: [change("app.b")] };
  };
  const { plan: proved } = await settle(plan, attempt, false);
  expect(tries).toEqual([["app.a"]]);
  expect(proved).toMatchObject({ unrepaired: [] });
});

test("a difference that no step can be blamed for ends the search: nothing is offered", async () => {
  const settled = await settle(plan, async () => ({ ...CLEAN, left: [change("app.stranger")] }), true);
  expect(settled).toMatchObject({ plan: undefined, reason: expect.stringContaining("leaves a difference") });
});

test("a difference within an object is blamed on what is done to that object, and named", async () => {
  const stray: Change = { change: "extra", kind: "grant", object: "column app.a.id", detail: "reader=SELECT", differences: [] };
  const attempt = async (steps: readonly Step[]): Promise<Trial> =>
    steps.some(({ object }) => object === "app.a") ? { ...CLEAN, left: [stray] } : { ...CLEAN, left: [change("app.a")] };
  const { plan: proved } = await settle(plan, attempt, true);
  expect(proved?.steps.map(({ sql }) => sql)).toEqual(["app.b"]);
  expect(proved?.unrepaired.map(({ reason }) => reason)).toEqual([
    "on a copy its repair leaves a difference (extra grant column app.a.id: reader=SELECT)",
  ]);
});

test("what goes with a change that is commented out is left alone, and that change stays commented out", async () => {
  const needsIt: typeof plan = (refused) => {
    const planned = plan(refused);
    return { ...planned, steps: planned.steps.map((step) => ({ ...step, causes: [...step.causes, "view app.b"] })) };
  };
  const { plan: proved } = await settle(needsIt, async () => ({ ...CLEAN, left: CHANGES }), false);
  expect(proved?.steps.map(({ sql }) => sql)).toEqual(["app.b"]);
  expect(proved?.unrepaired).toMatchObject([{ change: { object: "app.a" }, reason: expect.stringContaining("commented out") }]);
});
