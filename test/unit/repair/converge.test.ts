import { expect, test } from "vitest";
import { type Change, keyOfChange } from "../../../src/drift/change.ts";
import type { RepairPlan } from "../../../src/repair/plan.ts";
import type { Trial } from "../../../src/repair/prove.ts";
import { converge } from "../../../src/repair/converge.ts";
import type { Step } from "../../../src/repair/step.ts";

const change = (object: string): Change => ({ change: "missing", kind: "view", object, detail: "text", differences: [] });
const CHANGES = [change("app.a"), change("app.b")];
const CLEAN: Trial = { remaining: [], changedAgain: [] };

/** One step for each change that was not refused. */
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

test("a repair that succeeds in the first trial is kept as a whole", async () => {
  const result = await converge(plan, async () => CLEAN, true);
  expect(result.plan?.steps.map(({ sql }) => sql)).toEqual(["app.a", "app.b"]);
});

test("a change whose step fails is left out with the server's message, and the rest is tried again", async () => {
  const tries: string[][] = [];
  const attempt = async (steps: readonly Step[]): Promise<Trial> => {
    tries.push(steps.map(({ sql }) => sql));
    const step = steps.find(({ sql }) => sql === "app.b");
    return step === undefined
      ? { ...CLEAN, remaining: [change("app.b")] }
      : { ...CLEAN, failed: { step, message: "no such thing", run: 1 } };
  };
  const { plan: proved } = await converge(plan, attempt, true);
  expect(tries).toEqual([["app.a", "app.b"], ["app.a"]]);
  expect(proved?.unrepaired).toMatchObject([{ change: { object: "app.b" }, reason: "its repair failed on a copy: no such thing" }]);
});

test("a change that is left after the first run, or made again by the second run, is left out", async () => {
  const outcomes: Trial[] = [
    { ...CLEAN, remaining: [change("app.a")] },
    { ...CLEAN, changedAgain: [change("app.b")] },
  ];
  const { plan: proved } = await converge(plan, async () => outcomes.shift() ?? CLEAN, true);
  expect(proved?.steps).toEqual([]);
  expect(proved?.unrepaired.map(({ reason }) => reason)).toEqual([
    "its repair left a difference on a copy (text)",
    "its repair changed something again in the second run on a copy (text)",
  ]);
});

test("a change that another repair has removed is not listed as unrepaired", async () => {
  const outcomes: Trial[] = [{ ...CLEAN, remaining: [change("app.b")] }];
  const { plan: proved } = await converge(plan, async () => outcomes.shift() ?? CLEAN, true);
  expect(proved?.unrepaired).toEqual([]);
});

test("a step that loses data does not run without permission, and its change is not a failure", async () => {
  const tries: string[][] = [];
  const attempt = async (steps: readonly Step[]): Promise<Trial> => {
    tries.push(steps.map(({ sql }) => sql));
    return { ...CLEAN, remaining: [change("app.b")] };
  };
  const { plan: proved } = await converge(plan, attempt, false);
  expect(tries).toEqual([["app.a"]]);
  expect(proved).toMatchObject({ unrepaired: [] });
});

test("no plan is returned when no step explains a remaining difference", async () => {
  const result = await converge(plan, async () => ({ ...CLEAN, remaining: [change("app.stranger")] }), true);
  expect(result).toMatchObject({ plan: undefined, reason: expect.stringContaining("left a difference") });
});

test("a difference in a part of an object refuses the change of that object, and the reason names the part", async () => {
  const stray: Change = { change: "extra", kind: "grant", object: "column app.a.id", detail: "reader=SELECT", differences: [] };
  const attempt = async (steps: readonly Step[]): Promise<Trial> =>
    steps.some(({ object }) => object === "app.a") ? { ...CLEAN, remaining: [stray] } : { ...CLEAN, remaining: [change("app.a")] };
  const { plan: proved } = await converge(plan, attempt, true);
  expect(proved?.steps.map(({ sql }) => sql)).toEqual(["app.b"]);
  expect(proved?.unrepaired.map(({ reason }) => reason)).toEqual([
    "its repair left a difference on a copy (extra grant column app.a.id: reader=SELECT)",
  ]);
});

test("a change that depends on a commented-out change is not repaired, and the other one is still commented out", async () => {
  const needsIt: typeof plan = (refused) => {
    const planned = plan(refused);
    return { ...planned, steps: planned.steps.map((step) => ({ ...step, causes: [...step.causes, "view app.b"] })) };
  };
  const { plan: proved } = await converge(needsIt, async () => ({ ...CLEAN, remaining: CHANGES }), false);
  expect(proved?.steps.map(({ sql }) => sql)).toEqual(["app.b"]);
  expect(proved?.unrepaired).toMatchObject([{ change: { object: "app.a" }, reason: expect.stringContaining("commented out") }]);
});

/** Fails unless all steps run. */
const allOrNothing = async (steps: readonly Step[]): Promise<Trial> => {
  const [step] = steps;
  return steps.length === CHANGES.length || step === undefined
    ? CLEAN
    : { remaining: CHANGES, changedAgain: [], failed: { step, message: "no such thing", run: 1 } };
};

test("the reason of a change that works only with steps that lose data names that", async () => {
  const { plan: proved } = await converge(plan, allOrNothing, false);
  expect(proved?.unrepaired).toMatchObject([
    { change: { object: "app.a" }, reason: "it depends on a change that may lose data, whose steps are commented out" },
  ]);
});

test("a step that loses data is left out when another one has made its change", async () => {
  const { plan: proved } = await converge(plan, async () => CLEAN, false);
  expect(proved?.steps.map(({ sql }) => sql)).toEqual(["app.a"]);
});
