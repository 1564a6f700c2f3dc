import { execFileSync, spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Cast, castOf } from "./cast.ts";
import { startMock } from "./mock-server.ts";
import { onTerminal } from "./terminal.ts";

const BIN = new URL("../../bin/offshoot.js", import.meta.url).pathname;

/** The widths of the recordings in `docs/sessions`. */
export const WIDTHS: readonly number[] = [80, 120];

const LINES = 24;

/** A shop with three migrations, a specification of its schema, and a test. */
const FILES: Readonly<Record<string, string>> = {
  "migrations/0001_customers.sql": "create table customers (id int primary key, name text not null);\n",
  "migrations/0002_orders.sql": "create table orders (id int primary key, customer int not null references customers (id));\n",
  "migrations/0003_add_placed_at.sql": "alter table orders add column placed_at timestamptz not null default now();\n",
  "schema.audit.yaml": "version: 1\nschemas:\n  public:\n    tables:\n      customers: { columns: [id, name] }\n",
  "offshoot.yaml": "migrations: { tool: sql }\naudit: schema.audit.yaml\n",
  "slow.sh": "for file in 0001_customers 0002_orders 0003_add_placed_at; do echo $file; sleep 1.5; done\n",
  "tests.js": 'console.log("✓ lists orders");\nsetTimeout(() => console.log("✓ places an order"), 400);\n',
  "failing.js":
    'console.log("✓ lists orders");\nsetTimeout(() => {\n  console.log("✗ places an order: expected 1, received 0");\n  process.exitCode = 1;\n}, 400);\n',
};

const LONG = "feature/1874-move-the-orders-of-returning-customers-to-the-new-screen";

/** Loaded into each process: the machine's own name must not be in a recording. */
const NAMELESS = `--import=data:text/javascript,${encodeURIComponent(
  'import os from "node:os"; import { syncBuiltinESMExports } from "node:module"; os.hostname = () => "laptop"; syncBuiltinESMExports();',
)}`;

interface Scene {
  /** What a person types after `npx offshoot`. */
  readonly typed: readonly string[];
  readonly branch?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  /** Runs before, without being recorded. What it returns ends after the recording. */
  readonly before?: (desk: Desk) => Promise<Pick<Started, "ended"> | undefined>;
}

interface Desk {
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly offshoot: (...args: readonly string[]) => Started;
}

interface Started {
  readonly ended: Promise<void>;
  readonly until: (text: string) => Promise<void>;
}

/** The database of the checkout, as after an earlier command. */
async function madeBefore({ offshoot }: Desk): Promise<undefined> {
  await offshoot("up", "--migrate").ended;
}

/** Migrations that take some seconds, without a spec. */
const SLOW = { "offshoot.yaml": "migrations: { command: sh slow.sh, files: [slow.sh] }\n" };

export const SCENES: Readonly<Record<string, Scene>> = {
  run: { typed: ["run", "--", "node", "tests.js"] },
  "failing-tests": { typed: ["run", "--", "node", "failing.js"] },
  "failing-migration": {
    typed: ["run", "--", "node", "tests.js"],
    files: { "migrations/0004_add_total.sql": "alter table order add column total numeric;\n" },
  },
  "waiting-job": {
    typed: ["run", "--", "node", "tests.js"],
    branch: LONG,
    files: SLOW,
    async before({ offshoot }) {
      await offshoot("up").ended;
      const leader = offshoot("migrate");
      await leader.until("0001_customers");
      return leader;
    },
  },
  desk: { typed: ["up", "--migrate"], branch: LONG },
  status: { typed: ["status"], branch: LONG, before: madeBefore },
  list: { typed: ["list"], branch: LONG, before: madeBefore },
  skipped: {
    typed: ["run", "--", "node", "tests.js"],
    env: { NEON_API_KEY: "", OFFSHOOT_PROVIDER: "auto", OFFSHOOT_BASE: "false", DOCKER_HOST: "tcp://127.0.0.1:1" },
  },
};

/** Records scenes in a checkout of `acme/shop`, whose runs belong to ada, on the mock of Neon. The result has the scene's name and the width. */
export async function recordSessions(names: readonly string[], widths: readonly number[]): Promise<ReadonlyMap<string, Cast>> {
  const base = await mkdtemp(join(tmpdir(), "offshoot-session-"));
  await chmod(base, 0o755);
  const mock = await startMock("--postgres", "--latency", "40", "--operation-time", "300");
  try {
    const casts = new Map<string, Cast>();
    for (const name of names)
      for (const columns of widths) {
        const scene = SCENES[name];
        if (scene === undefined) throw new Error(`${name} is not one of ${Object.keys(SCENES).join(", ")}.`);
        casts.set(`${name}-${columns}`, await record(scene, columns, join(base, `${name}-${columns}`), mock.env));
      }
    return casts;
  } finally {
    await mock.stop();
    await rm(base, { recursive: true, force: true });
  }
}

async function record(scene: Scene, columns: number, base: string, neon: Readonly<Record<string, string>>): Promise<Cast> {
  const desk = await makeDesk(base, scene, neon);
  const { folder, env, offshoot } = desk;
  try {
    const after = await scene.before?.(desk);
    const played = await onTerminal([process.execPath, BIN, ...scene.typed], { columns, cwd: folder, env });
    await after?.ended;
    const shown = scene.typed.map((word) => (word.includes(" ") ? `'${word}'` : word)).join(" ");
    return castOf(`npx offshoot ${shown}`, played, columns, LINES);
  } finally {
    await offshoot("down").ended;
  }
}

async function makeDesk(
  base: string,
  { branch = "main", env: own = {}, files = {} }: Scene,
  neon: Readonly<Record<string, string>>,
): Promise<Desk> {
  const folder = join(base, "shop");
  await mkdir(join(folder, "migrations"), { recursive: true });
  await mkdir(join(base, "state"), { mode: 0o755 });
  for (const [file, text] of Object.entries({ ...FILES, ...files })) await writeFile(join(folder, file), text);
  await writeFile(join(base, ".gitconfig"), "[user]\n\tname = Ada\n\temail = ada@example.com\n");
  const env = {
    PATH: process.env["PATH"],
    HOME: base,
    USER: "ada",
    TERM: "xterm-256color",
    LC_ALL: "C.UTF-8",
    OFFSHOOT_HOME: join(base, "state"),
    OFFSHOOT_PROVIDER: "neon",
    ...neon,
    ...own,
    NODE_OPTIONS: `${neon["NODE_OPTIONS"] ?? ""} ${NAMELESS}`.trim(),
  };
  const git = (...args: readonly string[]): void => void execFileSync("git", args, { cwd: folder, env, stdio: "pipe" });
  git("init", "--quiet", "--initial-branch", branch);
  git("remote", "add", "origin", "git@github.com:acme/shop.git");
  git("add", ".");
  git("commit", "--quiet", "--message", "Add the shop");
  return { folder, env, offshoot: (...args) => start(args, folder, env) };
}

function start(args: readonly string[], cwd: string, env: Readonly<Record<string, string | undefined>>): Started {
  const child = spawn(process.execPath, [BIN, ...args], { cwd, env: { ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => void (output += text));
  return {
    ended,
    async until(text) {
      while (!output.includes(text) && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
}

/** A row without what differs between two recordings: times, dates, and what is made from ids, folders and processes. */
export function shapeOf(row: string): string {
  return row
    .replaceAll(/\b\d+\.\d s\b/g, "N s")
    .replaceAll(/\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d\d:\d\d\b/g, "DAY TIME")
    .replaceAll(/\b\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? UTC\b/g, "DATE")
    .replaceAll(/\b\d\d:\d\d(:\d\d)?\b/g, "TIME")
    .replaceAll(/\bpid \d+\b/g, "pid N")
    .replaceAll(/127\.0\.0\.1:\d\d+/g, "HOST")
    .replaceAll(/\b(br|mock|ep)(-\s*[\da-z]+){3}/g, "$1-ID")
    .replaceAll(/\.neon\.test:\d+/g, ".neon.test")
    .replaceAll(/\b\d+(s|m)\b/g, "AGE")
    .replaceAll(/-[\da-f]{8,10}\b/g, "-HASH")
    .replaceAll(/ +/g, " ");
}
