import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, onTestFinished, test } from "vitest";
import { makeProject } from "../../support/cli.ts";

test.each([
  ["up", "--migrate"],
  ["run", "--", "true"],
])("`%s` shows the output of a failed migration once, and names no command that was not typed", async (...args) => {
  const run = `once-${Math.random().toString(36).slice(2)}`;
  const env = { OFFSHOOT_PROVIDER: "existing", OFFSHOOT_EXISTING_URL: inject("serverUrl"), OFFSHOOT_RUN: run };
  const made = await makeProject(env);
  onTestFinished(async () => {
    await made.call(["down"]);
    await rm(made.directory, { recursive: true });
  });
  await mkdir(join(made.directory, "migrations"));
  await made.write("migrations/1.sql", "select nope\nfrom pg_class;");
  const here = await made.call(args);
  expect(here.code).toBe(11);
  expect(here.stderr.match(/LINE 1: select nope/g)).toHaveLength(1);
  expect(here.stderr).toContain('The migration failed: column "nope" does not exist (SQLSTATE 42703, 1.sql line 1).\n');
  expect(here.stderr).not.toMatch(/`offshoot migrate` ended|last lines/);
  // A CI folds the output of the command, and another job has not seen it.
  const inCi = await made.call(args, { CI: "true", GITHUB_ACTIONS: "true", GITHUB_REPOSITORY: "acme/shop", GITHUB_RUN_ID: run });
  expect(inCi.stderr).toContain("Its last lines were:");
});
