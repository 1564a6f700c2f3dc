import { describe, expect, test } from "vitest";
import { SWITCHES } from "../../../../mocks/neon/switches.ts";
import { branchName } from "../../../../src/identity/name.ts";
import { createHarness, requestFor, requireDatabase, runOf } from "../../../support/neon-harness.ts";

/** With these values a run gets no branch (unusable.test.ts, create-errors.test.ts, tag-check.test.ts). */
const REFUSING: ReadonlySet<string> = new Set(["computeRefusal", "unarchivedLimit", "annotations"]);

/** Every value of every other switch. Number switches get two values besides their default. */
const VALUES = Object.entries(SWITCHES).flatMap(([name, entry]) => {
  if (REFUSING.has(name)) return [];
  const values: readonly unknown[] = "values" in entry ? (entry.values ?? []) : [entry.default, 2, 10];
  return values.map((value) => [name, value, { [name]: value }] as const);
});

describe("a run creates, adopts, finds, lists and deletes its branch", () => {
  test.each(VALUES)("with the mock's switch %s = %s", async (_name, _value, switches) => {
    const harness = await createHarness({ switches, roles: 2, operationMs: 500 });
    const provider = harness.provider();
    const first = requireDatabase(await provider.acquire(requestFor("run-1"), harness.limits()));
    expect(first.origin).toBe("created");
    const again = requireDatabase(await harness.provider().acquire(requestFor("run-1"), harness.limits()));
    expect(again).toMatchObject({ origin: "adopted", id: first.id });

    // A second run: Neon executes its create, and the reply is lost.
    harness.fault({ method: "POST", route: "/projects/*/branches", drop: "after" });
    const second = requireDatabase(await harness.provider().acquire(requestFor("run-2"), harness.limits()));
    expect(second.id).not.toBe(first.id);
    expect(harness.names().toSorted()).toEqual([first.name, second.name].toSorted());

    expect(await provider.find(branchName(runOf("run-1")), harness.limits())).toMatchObject({ id: first.id });
    const listed = await provider.list(harness.limits());
    expect(listed.filter(({ tag }) => tag !== undefined).map(({ id }) => id)).toEqual(expect.arrayContaining([first.id, second.id]));

    for (const { name } of [first, second]) {
      expect(await provider.release(name, harness.limits())).toBe("deleted");
      harness.clock.advance(60_000);
      expect(await provider.release(name, harness.limits())).toBe("not-found");
    }
    expect(await provider.find(first.name, harness.limits())).toBeUndefined();
    expect(harness.names()).toEqual([]);
  });
});

test("find returns undefined for a branch that is missing and for one without our tag", async () => {
  const harness = await createHarness();
  expect(await harness.provider().find("offshoot/acme/shop/run-1", harness.limits())).toBeUndefined();
  harness.insert([{ name: "offshoot/acme/shop/run-2" }]);
  expect(await harness.provider().find("offshoot/acme/shop/run-2", harness.limits())).toBeUndefined();
});
