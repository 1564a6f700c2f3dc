import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const SRC = join(ROOT, "src");

/** Every room that a command may use. */
const BELOW_COMMANDS = [
  "foundation",
  "process",
  "postgres",
  "identity",
  "ci",
  "config",
  "github",
  "catalog",
  "findings",
  "providers",
  "broker",
  "readiness",
  "migration-tools",
  "audit",
  "drift",
  "repair",
  "rollback",
  "rehearsal",
  "check",
  "init",
  "sweep",
  "context",
  "usage",
];

/** The rooms that each room may import besides itself. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  foundation: [],
  process: ["foundation"],
  postgres: ["foundation"],
  identity: ["foundation", "process"],
  findings: ["foundation"],
  config: ["foundation"],
  ci: ["foundation", "process", "identity"],
  github: ["foundation", "process", "identity", "ci"],
  catalog: ["foundation", "postgres"],
  providers: ["foundation", "process", "identity", "postgres"],
  broker: ["foundation", "postgres"],
  readiness: ["foundation", "process", "postgres", "broker"],
  "migration-tools": ["foundation", "process", "postgres"],
  audit: ["foundation", "postgres", "catalog", "findings"],
  drift: ["foundation", "postgres", "catalog", "findings"],
  repair: ["foundation", "postgres", "catalog", "findings", "drift"],
  rollback: ["foundation", "process", "postgres", "catalog", "drift", "migration-tools"],
  rehearsal: ["foundation", "process", "postgres", "broker", "readiness", "findings", "drift"],
  check: ["foundation", "process", "findings"],
  init: ["foundation", "migration-tools"],
  sweep: ["foundation", "identity", "config", "providers"],
  // What a command works with: its settings and run, its providers, the run's database, migrations and spec.
  context: [
    "foundation",
    "process",
    "postgres",
    "identity",
    "ci",
    "config",
    "findings",
    "catalog",
    "providers",
    "readiness",
    "migration-tools",
    "audit",
  ],
  usage: ["foundation", "identity", "postgres", "providers", "readiness", "context"],
  commands: BELOW_COMMANDS,
  index: [...BELOW_COMMANDS, "commands"],
  cli: [...BELOW_COMMANDS, "commands"],
  // The test runners: front doors that run inside of Vitest, Jest, Playwright and node:test.
  runners: [...BELOW_COMMANDS, "commands"],
  // The other front door. It shows what happens in the same way as the CLI.
  action: [...BELOW_COMMANDS, "commands", "cli"],
};

const FOUNDATION = [
  "ascii.ts",
  "deadline.ts",
  "day.ts",
  "duration.ts",
  "environment.ts",
  "errors.ts",
  "events.ts",
  "foreign-entry.ts",
  "loopback.ts",
  "make-folders.ts",
  "markdown.ts",
  "masking-rule.ts",
  "moment.ts",
  "encoded-secrets.ts",
  "decoded-text.ts",
  "known-tokens.ts",
  "nearest.ts",
  "needle-search.ts",
  "own-secrets.ts",
  "program.ts",
  "file-facts.ts",
  "read-file.ts",
  "redact.ts",
  "schema-problems.ts",
  "shell-command.ts",
  "url-passwords.ts",
  "version.ts",
  "visible.ts",
  "write-file.ts",
  "yaml-errors.ts",
  "yaml-file.ts",
  "yaml-limits.ts",
];

/** Each vendor enters in one place. */
const VENDORS: Readonly<Record<string, RegExp>> = {
  pg: /^postgres\/connect\.ts$/,
  "@neondatabase/api-client": /^providers\/neon\/client\.ts$/,
  diff: /^(drift|audit)\//,
  "p-retry": /^providers\/neon\/transport\.ts$/,
  commander: /^cli\//,
  "log-update": /^cli\/terminal\/screen\.ts$/,
  "slice-ansi": /^cli\/terminal\/layout\.ts$/,
  "string-width": /^(cli\/terminal\/layout|postgres\/excerpt)\.ts$/,
  yaml: /^(yaml-(file|limits)\.ts$|migration-tools\/liquibase-elements\.ts$|(config|audit|check)\/)/,
  tinyglobby: /^(readiness\/fingerprint|migration-tools\/workspaces)\.ts$/,
  vitest: /^runners\/vitest-setup\.ts$/,
  zod: /^(schema-problems\.ts$|(config|audit|providers|ci|github|readiness|rehearsal|sweep)\/)/,
};

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => path.replaceAll("\\", "/"));

const roomOf = (path: string): string => {
  const [first = ""] = path.split("/");
  if (path.includes("/")) return first;
  if (path === "index.ts") return "index";
  return FOUNDATION.includes(path) ? "foundation" : "unknown";
};

/** The targets of the imports of a file. */
const importsOf = (path: string): readonly string[] =>
  path.endsWith(".ts") && existsSync(path)
    ? [...readFileSync(path, "utf8").matchAll(/(?:from|import\()\s*"([^"]+)"/g)].map((match) => match[1] ?? "")
    : [];

test("every file is in a known room", () => {
  expect(files.filter((path) => !(roomOf(path) in ROOMS))).toEqual([]);
});

/** The files that a file imports, as paths from `src`. */
const neighboursOf = (path: string): readonly string[] =>
  importsOf(join(SRC, path))
    .filter((target) => target.startsWith("."))
    .map((target) => relative(SRC, join(SRC, dirname(path), target)).replaceAll("\\", "/"));

const mayImport = (room: string, other: string): boolean => room === other || ROOMS[room]?.includes(other) === true;

test("imports between rooms point one way", () => {
  const wrong = files.flatMap((path) =>
    neighboursOf(path)
      .filter((target) => !mayImport(roomOf(path), roomOf(target)))
      .map((target) => `${path} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

/** Every TypeScript file below a folder of the repository, as an absolute path. */
const filesBelow = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => join(ROOT, folder, path));

test.each(["src", "mocks", "test/support"])("no import circle exists in %s", (folder) => {
  const done = new Set<string>();
  const circles: string[] = [];
  const walk = (path: string, way: readonly string[]): void => {
    const circle = way.includes(path) ? [...way.slice(way.indexOf(path)), path] : [];
    if (circle.some((each) => each.startsWith(join(ROOT, folder)))) circles.push(circle.map((each) => relative(ROOT, each)).join(" > "));
    if (way.includes(path) || done.has(path)) return;
    for (const target of importsOf(path).filter((each) => each.startsWith("."))) walk(join(dirname(path), target), [...way, path]);
    done.add(path);
  };
  const paths = filesBelow(folder);
  expect(paths.length).toBeGreaterThan(0);
  for (const path of paths) walk(path, []);
  expect(circles).toEqual([]);
});

test("each vendor enters in one place", () => {
  const wrong = files.flatMap((path) =>
    importsOf(join(SRC, path))
      .filter((target) => !target.startsWith(".") && !target.startsWith("node:"))
      .filter((target) => VENDORS[target]?.test(path) !== true)
      .map((target) => `${path} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test("only these files read their own location: the bundles have other locations", () => {
  const looking = files.filter((path) => readFileSync(join(SRC, path), "utf8").includes("import.meta"));
  expect(looking.toSorted()).toEqual(["program.ts", "providers/local/embedded.ts"]);
});

/** Own code, files of the kernel below /proc, whose size is limited, and a reader without a promise that checks the file itself. */
const OWN_READERS = [
  "check/workflow/files.ts",
  "cli/code-cache.ts",
  "cli/ready-help.ts",
  "process/marked.ts",
  "process/processes.ts",
  "process/signals.ts",
];

test("files are read by read-file.ts, which has limits", () => {
  const reading = files.filter((path) => /\b(readFile|readFileSync|createReadStream)\b/.test(readFileSync(join(SRC, path), "utf8")));
  expect(reading.toSorted()).toEqual(OWN_READERS);
});

test("no file is longer than 250 lines", () => {
  expect(files.filter((path) => readFileSync(join(SRC, path), "utf8").split("\n").length > 251)).toEqual([]);
});

test("the lengths of the files are those of small ideas: half have at most 70 lines, nine of ten at most 140", () => {
  const lengths = files.map((path) => readFileSync(join(SRC, path), "utf8").split("\n").length - 1).toSorted((one, other) => one - other);
  expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(70);
  expect(lengths[Math.floor(lengths.length * 0.9)]).toBeLessThanOrEqual(140);
});

/** Unit tests without a file of the same name: they test a whole room, or something beside `src`. */
const WHOLE_ROOM = [
  "action/action-yml.test.ts",
  "ci/golden.test.ts",
  "docs.test.ts",
  "docs/architecture.test.ts",
  "docs/audit.test.ts",
  "docs/drift.test.ts",
  "docs/test-runners.test.ts",
  "docs/workflows.test.ts",
  "layers.test.ts",
  "migration-tools/all-tools.test.ts",
  "support/chaos.test.ts",
  "support/fuzz.test.ts",
  "support/longest-first.test.ts",
  "support/one-server.test.ts",
  "support/peers.test.ts",
  "support/pg-crypto.test.ts",
  "support/whole-life.test.ts",
];

const testsBelow = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, "test", folder), { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".test.ts"));

const isMirrored = (path: string): boolean => {
  const file = path.replace(/\.test\.ts$/, ".ts");
  return existsSync(join(SRC, file)) || existsSync(join(ROOT, file)) || WHOLE_ROOM.includes(path);
};

test("each unit test has the path of the file that it tests", () => {
  expect(testsBelow("unit").filter((path) => !isMirrored(path))).toEqual([]);
});

const isInRoom = (path: string): boolean =>
  [join(SRC, dirname(path)), join(ROOT, dirname(path)), join(ROOT, "test", dirname(path))].some(existsSync);

test("each integration test is in the folder of the room that it tests", () => {
  expect(testsBelow("integration").filter((path) => !isInRoom(path))).toEqual([]);
});
