import { readFileSync } from "node:fs";
import { join } from "node:path";
import { globSync } from "tinyglobby";
import { expect, test } from "vitest";

const TEST = join(import.meta.dirname, "../..");

/** Files that skip tests, and print a line, where a package of `test/peers` is not installed. */
const USERS = ["support/majors.ts", "support/peers.ts", "support/schemas.ts", "support/tools.ts"];

test("only these files use the packages of test/peers, so that `npm test` passes without them", () => {
  const files = globSync("**/*.ts", { cwd: TEST, ignore: ["peers/**"] });
  const users = files.filter((path) => /"[^"\s]*\.\.\/peers\//.test(readFileSync(join(TEST, path), "utf8")));
  expect(users.toSorted()).toEqual(USERS);
});
