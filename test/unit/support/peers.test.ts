import { readFileSync } from "node:fs";
import { join } from "node:path";
import { globSync } from "tinyglobby";
import { expect, test } from "vitest";

const TEST = join(import.meta.dirname, "../..");

/** They skip, and say so, where a peer is not installed. */
const KNOWING = ["support/majors.ts", "support/peers.ts", "support/schemas.ts", "support/tools.ts"];

test("what is installed on top is asked for in these places alone, so that `npm test` needs none of it", () => {
  const files = globSync("**/*.ts", { cwd: TEST, ignore: ["peers/**"] });
  const knowing = files.filter((path) => /"[^"\s]*\.\.\/peers\//.test(readFileSync(join(TEST, path), "utf8")));
  expect(knowing.toSorted()).toEqual(KNOWING);
});
