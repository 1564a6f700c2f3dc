import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const TEST = join(import.meta.dirname, "../..");

/** They skip, and say so, where a peer is not installed. */
const KNOWING = ["support/majors.ts", "support/peers.ts", "support/schemas.ts", "support/tools.ts"];

test("what is installed on top is asked for in these places alone, so that `npm test` needs none of it", () => {
  const files = readdirSync(TEST, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts") && !path.includes("node_modules/"));
  const knowing = files.filter((path) => /"[^"\s]*\.\.\/peers\//.test(readFileSync(join(TEST, path), "utf8")));
  expect(knowing.toSorted()).toEqual(KNOWING);
});
