import { spawnSync } from "node:child_process";
import { TestRunner } from "vitest";

/**
 * Prints a line that tests are skipped because the program `name` is missing, and skips the test that runs, so that it does not
 * count as passed. Throws instead if `OFFSHOOT_TEST_REQUIRE` contains the name (names separated by commas, or `all`).
 */
export function skipWithout(name: string, why: string): void {
  const required = (process.env["OFFSHOOT_TEST_REQUIRE"] ?? "").split(",").map((each) => each.trim());
  const line = `Tests with ${name} are skipped: ${why}.`;
  if (required.includes(name) || required.includes("all")) throw new Error(line.replace("are skipped", "cannot run"));
  process.stderr.write(`${line}\n`);
  skipThisTest(line);
}

/** Skips the test that runs. For what a hook or the file did not find, which has printed its line already. */
export function skipThisTest(why?: string): void {
  TestRunner.getCurrentTest()?.context.skip(why);
}

/** Whether a program is installed that prints its version. If not, the tests with it are skipped with a line, as above. */
export function isInstalled(program: string): boolean {
  const found = spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;
  if (!found) skipWithout(program, "it is not installed");
  return found;
}
