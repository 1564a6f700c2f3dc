// @module-tag proof
import { expect, test } from "vitest";
import { hasRunners, type Runner, runnerProject } from "../../support/runner-project.ts";

const RUNNERS = ["vitest", "jest", "playwright", "node-test"] as const satisfies readonly Runner[];

test.skipIf(!hasRunners("current")).each(RUNNERS)(
  "below `offshoot run`, the tests of %s use the run's database at a desk too",
  async (runner) => {
    const project = await runnerProject(runner);
    const { stdout, stderr } = await project.offshoot("run", "--", ...project.command);
    const output = stdout + stderr;
    expect(output).toMatch(/^up .* created /m);
    // The suite finds that database and its migrations, and creates no second one beside it.
    expect(output).not.toMatch(/-tests\b/);
    expect(output).not.toContain("offshoot: migrations ran");
    await expect.poll(() => project.databases(), { timeout: 30_000, interval: 200 }).toEqual([]);
  },
);
