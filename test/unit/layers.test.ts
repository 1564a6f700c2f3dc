import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const SRC = join(import.meta.dirname, "../../src");

/** What use cases join. */
const BELOW_USE_CASES = [
  "foundation",
  "run",
  "ci",
  "config",
  "postgres",
  "gate",
  "audit",
  "check",
  "drift",
  "tools",
  "rollback",
  "init",
  "providers",
  "sweep",
];

/** What each room may import: itself, and these. Files right under `src` that are no foundation are use cases. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  foundation: [],
  run: ["foundation"],
  ci: ["foundation", "run"],
  config: ["foundation", "run", "ci", "postgres"],
  postgres: ["foundation"],
  gate: ["foundation", "postgres"],
  audit: ["foundation", "postgres"],
  drift: ["foundation", "postgres", "audit"],
  tools: ["foundation", "postgres"],
  rollback: ["foundation", "postgres", "audit", "drift", "tools"],
  check: ["foundation", "run"],
  init: ["foundation", "tools"],
  providers: ["foundation", "run", "postgres"],
  sweep: ["foundation", "run", "postgres", "providers"],
  "use case": BELOW_USE_CASES,
  cli: [...BELOW_USE_CASES, "use case"],
  // Another front door, which shows what happens as the CLI does.
  action: ["foundation", "run", "ci", "postgres", "providers", "use case", "cli"],
};

const FOUNDATION = ["errors.ts", "redact.ts", "events.ts", "deadline.ts", "nearest.ts", "program.ts", "markdown.ts"];

/** Each vendor enters in one place. */
const VENDORS: Readonly<Record<string, RegExp>> = {
  pg: /^postgres\/connect\.ts$/,
  "@neondatabase/api-client": /^providers\/neon\/api\.ts$/,
  "p-retry": /^providers\/neon\/retry\.ts$/,
  commander: /^cli\//,
  yaml: /^(config|audit|check)\//,
  zod: /^(config|audit)\//,
  tinyglobby: /^gate\//,
};

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => path.replaceAll("\\", "/"));

const roomOf = (path: string): string => {
  const [first = ""] = path.split("/");
  if (path.includes("/")) return first;
  return FOUNDATION.includes(path) ? "foundation" : "use case";
};

const importsOf = (path: string): readonly string[] =>
  [...readFileSync(join(SRC, path), "utf8").matchAll(/(?:from|import\()\s*"([^"]+)"/g)].map((match) => match[1] ?? "");

test("every file stands in a room that is known", () => {
  expect(files.filter((path) => !(roomOf(path) in ROOMS))).toEqual([]);
});

test("imports point one way, and siblings never meet", () => {
  const wrong = files.flatMap((path) =>
    importsOf(path)
      .filter((target) => target.startsWith("."))
      .map((target) => relative(SRC, join(SRC, dirname(path), target)).replaceAll("\\", "/"))
      .filter((target) => roomOf(target) !== roomOf(path) && !ROOMS[roomOf(path)]?.includes(roomOf(target)))
      .map((target) => `${path} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test("each vendor enters in one place", () => {
  const wrong = files.flatMap((path) =>
    importsOf(path)
      .filter((target) => !target.startsWith(".") && !target.startsWith("node:"))
      .filter((target) => VENDORS[target]?.test(path) !== true)
      .map((target) => `${path} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test("only these look for files beside themselves: in the bundled action they stand elsewhere", () => {
  const looking = files.filter((path) => readFileSync(join(SRC, path), "utf8").includes("import.meta"));
  // `init` is no command of the action.
  expect(looking.toSorted()).toEqual(["init.ts", "program.ts", "providers/local/cluster/host.ts"]);
});

test("no file is longer than 250 lines", () => {
  expect(files.filter((path) => readFileSync(join(SRC, path), "utf8").split("\n").length > 251)).toEqual([]);
});
