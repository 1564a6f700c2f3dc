import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

const MODULE = new URL("../../../src/process/settled.ts", import.meta.url).href;

/** The exit status of a program with this work. */
const statusOf = (work: string): number | null => {
  const program = `import { failUnlessSettled } from ${JSON.stringify(MODULE)}; failUnlessSettled(${work}, process);`;
  return spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program], { stdio: "ignore" }).status;
};

test.each([
  ["work that ends", "Promise.resolve()", 0],
  ["work that sets the status", "Promise.resolve().then(() => { process.exitCode = 10; })", 10],
  ["work that fails", "Promise.reject(new Error('x'))", 1],
  ["work that nothing can end any more", "new Promise(() => {})", 13],
])("%s", (_, work, status) => {
  expect(statusOf(work)).toBe(status);
});
