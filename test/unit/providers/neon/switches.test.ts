import { describe, expect, test } from "vitest";
import { SWITCHES } from "../../../../mocks/neon/switches.ts";
import { isDatabase, runOf, setStage, wantedBy } from "../../../support/neon-stage.ts";
import { branchName } from "../../../../src/identity/name.ts";

/** Every position of every switch; amounts get two values besides their default. */
const POSITIONS = Object.entries(SWITCHES).flatMap(([name, entry]) => {
  const values: readonly unknown[] = "values" in entry ? (entry.values ?? []) : [entry.default, 2, 10];
  return values.map((value) => [name, value, { [name]: value }] as const);
});

describe("whatever Neon turns out to do", () => {
  test.each(POSITIONS)("a run's life is whole with %s = %s", async (_name, _value, switches) => {
    const stage = await setStage({ switches, roles: 2, operationMs: 500 });
    const provider = stage.provider();
    const first = isDatabase(await provider.acquire(wantedBy("run-1"), stage.limits()));
    expect(first.origin).toBe("created");
    const again = isDatabase(await stage.provider().acquire(wantedBy("run-1"), stage.limits()));
    expect(again).toMatchObject({ origin: "adopted", id: first.id });

    // A second run, whose create is done and whose reply is lost.
    stage.fault({ method: "POST", route: "/projects/*/branches", drop: "after" });
    const second = isDatabase(await stage.provider().acquire(wantedBy("run-2"), stage.limits()));
    expect(second.id).not.toBe(first.id);
    expect(stage.names().toSorted()).toEqual([first.name, second.name].toSorted());

    expect(await provider.find(branchName(runOf("run-1")), stage.limits())).toMatchObject({ id: first.id });
    const listed = await provider.list(stage.limits());
    expect(listed.filter(({ tag }) => tag !== undefined).map(({ id }) => id)).toEqual(expect.arrayContaining([first.id, second.id]));

    for (const { name } of [first, second]) {
      expect(await provider.release(name, stage.limits())).toBe("deleted");
      stage.clock.advance(60_000);
      expect(await provider.release(name, stage.limits())).toBe("already-gone");
    }
    expect(await provider.find(first.name, stage.limits())).toBeUndefined();
    expect(stage.names()).toEqual([]);
  });
});
