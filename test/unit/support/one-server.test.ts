import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** The embedded provider, and a benchmark of it beside a server that is started by hand. */
const ALLOWED = /^(src\/providers\/local\/cluster\/|bench\/processes\/first-up\.ts$)/;

const ROOT = join(import.meta.dirname, "../../..");

test("only the embedded provider runs initdb and postgres, and the tests and mocks use its functions", () => {
  const files = ["src", "mocks", "test", "bench", "examples"]
    .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)))
    .filter((path) => path.endsWith(".ts") && !path.includes("node_modules"));
  const running = files.filter((path) =>
    /(?:executable|join)\([^)]*"(?:initdb|postgres|pg_ctl)"\)/.test(readFileSync(join(ROOT, path), "utf8")),
  );
  const elsewhere = running.map((path) => path.replaceAll("\\", "/")).filter((path) => !ALLOWED.test(path));
  expect(elsewhere).toEqual([]);
});
