// @module-tag proof
import { expect, test } from "vitest";
import { withSession } from "../../support/session.ts";
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
    // The end of the command is the end of its databases: a container of a CI ends with it.
    expect(output).not.toContain("other jobs of this run use it");
    expect(await project.databases()).toEqual([]);
  },
);

test.skipIf(!hasRunners("current"))("`run --keep-on-failure` keeps the clone of a failed test, with its rows", async () => {
  const project = await runnerProject("vitest");
  await project.write(
    "test/failing.test.js",
    `import { expect, test } from "vitest"; import { addNote } from "../src/notes.js";
test("fails", async () => {
  await addNote("of the failed test");
  expect(1).toBe(2);
});\n`,
  );
  const failed = project.offshoot("run", "--keep-on-failure", "--", ...project.command, "test/failing.test.js");
  // The status of a failed command is a rejection with its output.
  const { stdout, stderr } = await failed.catch((thrown: { stdout: string; stderr: string }) => thrown);
  const clone = /The clone of the failed test "fails" is kept until .*npx offshoot clone (\S+) /.exec(stdout + stderr)?.[1];
  const url = (await project.offshoot("clone", clone ?? "no clone was named")).stdout.trim();
  const rows = await withSession(url, (session) => session.query("select text from note order by id"));
  expect(rows.map(({ text }) => text)).toEqual(["from the migrations", "of the failed test"]);
});
