import * as fc from "fast-check";
import { expect, test } from "vitest";
import { OffshootError } from "../../../src/errors.ts";
import { judge } from "../../fuzz/judge.ts";
import { target } from "../../fuzz/target.ts";
import { TARGETS } from "../../fuzz/targets.ts";

/** `npm run fuzz` plays 5,000 of each. */
const CASES = 25;

test.each(TARGETS.map((each) => [each.name, each] as const))(
  "%s: changed input ends with a result or an error of offshoot, within a second",
  { timeout: 60_000 },
  async (_, each) => {
    const property = fc.asyncProperty(each.input, (input) => judge(each, input));
    await expect(fc.assert(property, { numRuns: CASES, seed: 20_261_101 })).resolves.toBeUndefined();
  },
);

const judged = (read: () => unknown): Promise<void> => judge(target({ name: "a target", input: fc.constant(1), read }), 1);

test("accepts an error of offshoot, and reports every other error", async () => {
  await judged(() => {
    throw new OffshootError("USAGE", "It is wrong.");
  });
  const thrown = judged(() => JSON.parse("{"));
  await expect(thrown).rejects.toThrow(SyntaxError);
});

test("reports an input that takes more than a second each time", { timeout: 60_000 }, async () => {
  const busy = judged(() => {
    for (let usage = process.cpuUsage(), start = usage; usage.user + usage.system - start.user - start.system < 1_300_000;)
      usage = process.cpuUsage();
  });
  await expect(busy).rejects.toThrow(/took 1\d{3} ms/);
});
