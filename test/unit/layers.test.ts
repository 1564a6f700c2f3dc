import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const SRC = join(import.meta.dirname, "../../src");

/** What steps join. */
const BELOW_STEPS = [
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

/** What each room may import: itself, and these. Files right under `src` that are no foundation are commands, which never meet. */
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
  // What several commands are made of.
  steps: BELOW_STEPS,
  command: [...BELOW_STEPS, "steps"],
  index: [...BELOW_STEPS, "steps", "command"],
  cli: [...BELOW_STEPS, "steps", "command"],
  // Another front door, which shows what happens as the CLI does.
  action: ["foundation", "run", "ci", "postgres", "providers", "steps", "cli"],
};

const FOUNDATION = ["errors.ts", "redact.ts", "events.ts", "deadline.ts", "nearest.ts", "program.ts", "markdown.ts", "environment.ts"];

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
  if (path === "index.ts") return "index";
  return FOUNDATION.includes(path) ? "foundation" : "command";
};

const importsOf = (path: string): readonly string[] =>
  [...readFileSync(join(SRC, path), "utf8").matchAll(/(?:from|import\()\s*"([^"]+)"/g)].map((match) => match[1] ?? "");

test("every file stands in a room that is known", () => {
  expect(files.filter((path) => !(roomOf(path) in ROOMS))).toEqual([]);
});

/** The files that a file imports, as paths from `src`. */
const neighboursOf = (path: string): readonly string[] =>
  importsOf(path)
    .filter((target) => target.startsWith("."))
    .map((target) => relative(SRC, join(SRC, dirname(path), target)).replaceAll("\\", "/"));

const mayImport = (room: string, other: string): boolean => (room === other && room !== "command") || ROOMS[room]?.includes(other) === true;

test("imports point one way, and commands never meet", () => {
  const wrong = files.flatMap((path) =>
    neighboursOf(path)
      .filter((target) => !mayImport(roomOf(path), roomOf(target)))
      .map((target) => `${path} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test("no file needs itself", () => {
  const done = new Set<string>();
  const circles: string[] = [];
  const walk = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) circles.push([...way.slice(way.indexOf(path)), path].join(" > "));
    if (way.includes(path) || done.has(path)) return;
    for (const target of neighboursOf(path)) walk(target, [...way, path]);
    done.add(path);
  };
  for (const path of files) walk(path, []);
  expect(circles).toEqual([]);
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
