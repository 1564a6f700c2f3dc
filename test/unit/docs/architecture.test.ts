import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../../..");
const page = readFileSync(join(ROOT, "docs/architecture.md"), "utf8");

const JOURNEYS = [...page.matchAll(/<!-- journey:(\w+) -->\n([\s\S]*?)<!-- journey:end -->/g)].map(([, name = "", text = ""]) => ({
  name,
  files: [...text.matchAll(/`([\w/.-]+\.ts)`/g)].map(([, file = ""]) => file),
}));

test("the page shows the journeys of run, migrate, audit and drift", () => {
  expect(JOURNEYS.map(({ name }) => name)).toEqual(["run", "migrate", "audit", "drift"]);
});

test.each(JOURNEYS)("the journey of $name visits at most 25 files, and each exists", ({ files }) => {
  expect(new Set(files).size).toBeLessThanOrEqual(25);
  expect(files.filter((file) => !existsSync(join(ROOT, "src", file)))).toEqual([]);
});

test.each(JOURNEYS)("the journey of $name follows imports: each file is imported by one before it", ({ files: [first = "", ...later] }) => {
  const seen = [first];
  const unreachable = later.filter((file) => {
    const isImported = seen.some((earlier) => imports(earlier, file));
    seen.push(file);
    return !isImported;
  });
  expect(unreachable).toEqual([]);
});

function imports(file: string, other: string): boolean {
  const text = readFileSync(join(ROOT, "src", file), "utf8");
  return [...text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)].some(([, target = ""]) => join(file, "..", target) === other);
}

test("every room of src is in the table of rooms", () => {
  const table = page.slice(page.indexOf("| room |"), page.indexOf("## Words"));
  const rooms = [...table.matchAll(/^\| (.+?) \|/gm)].flatMap(([, cell = ""]) => [...cell.matchAll(/`([\w-]+)`/g)].map(([, room]) => room));
  const folders = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" }).filter((path) => path.includes(sep));
  expect(new Set(rooms)).toEqual(new Set(folders.map((path) => path.split(sep)[0])));
});

test("every file and folder that the page names exists", () => {
  const named = [...page.matchAll(/`((?:src|test|docs|mocks)\/[\w/.-]+)`/g)].map(([, path = ""]) => path);
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
