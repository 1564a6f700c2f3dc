/**
 * A Vitest suite of eight files whose tests each start with a fresh database, in different ways: `npx tsx bench/runners.ts [ROUNDS]`.
 * Shows the lines to write, the time from the start to the first test, the time of a fresh database, and the time of the suite.
 *
 * testcontainers is measured where `npm install --no-save @testcontainers/postgresql` installed it and Docker has the image of the
 * tests. neon-testing needs a project of Neon: only its lines are counted.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "../test/support/server.ts";
import { median } from "./compare.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const ROUNDS = Number(process.argv[2] ?? 3);
const FILES = 8;
const WORKERS = 4;
const IMAGE = "offshoot-test/postgres:18";

/** A schema of some size: 60 tables with an index and a constraint each. */
const SCHEMA = Array.from(
  { length: 60 },
  (_, at) => `create table t${at} (id bigint generated always as identity primary key, name text not null unique, n int check (n > 0));`,
).join("\n");

/** Where a package is installed: beside this project, or in the folder that a variable names. */
const installed = (name: string): string | undefined =>
  [process.env["BENCH_PEERS"] ?? "", join(ROOT, "test/runners/current/node_modules"), join(ROOT, "node_modules")]
    .map((folder) => join(folder, name))
    .find((path) => path !== name && existsSync(path));

interface Measured {
  readonly firstMs: number;
  readonly resetMs: number;
  readonly allMs: number;
}

const server = await startServer({ max_connections: 100 });
const base = await mkdtemp(join(tmpdir(), "offshoot-bench-"));
await chmod(base, 0o755);
try {
  const ways = ["offshoot", "by-hand", "testcontainers"].filter(
    (way) => way !== "testcontainers" || installed("@testcontainers/postgresql"),
  );
  const folders = new Map<string, string>();
  for (const way of ways) folders.set(way, await project(way));
  const results = new Map<string, Measured[]>(ways.map((way) => [way, []]));
  for (let round = 0; round < ROUNDS; round += 1)
    for (const way of round % 2 === 0 ? ways : ways.toReversed()) results.get(way)?.push(await measure(folders.get(way) ?? ""));
  console.log("| way | lines to write | first test | a fresh database | the suite |\n|---|---|---|---|---|");
  for (const way of [...ways, "neon-testing"]) {
    const all = results.get(way) ?? [];
    const middle = (of: (one: Measured) => number): string => (all.length === 0 ? "not measured" : `${Math.round(median(all.map(of)))} ms`);
    console.log(
      `| ${way} | ${await linesOf(way)} | ${middle(({ firstMs }) => firstMs)} | ${middle(({ resetMs }) => resetMs)} | ${middle(({ allMs }) => allMs)} |`,
    );
  }
} finally {
  await rm(base, { recursive: true, force: true });
  await server.stop();
}

/** The lines that a user writes, without blank ones and comments. */
async function linesOf(way: string): Promise<number> {
  const names = await readdir(join(ROOT, "bench/runners", way));
  const texts = await Promise.all(names.map((name) => readFile(join(ROOT, "bench/runners", way, name), "utf8")));
  return texts
    .join("\n")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("//")).length;
}

async function project(way: string): Promise<string> {
  const folder = join(base, way);
  await cp(join(ROOT, "bench/runners", way), folder, { recursive: true });
  await mkdir(join(folder, "migrations"));
  await writeFile(join(folder, "migrations/0001.sql"), SCHEMA);
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  for (let at = 1; at <= FILES; at += 1) await cp(join(ROOT, "bench/runners/suite/notes.js"), join(folder, `notes-${at}.test.js`));
  await mkdir(join(folder, "node_modules/@testcontainers"), { recursive: true });
  for (const part of ["package.json", "bin", "dist", "schema"])
    await cp(join(ROOT, part), join(folder, "node_modules/offshoot", part), { recursive: true });
  for (const name of ["vitest", "pg", "@testcontainers/postgresql"]) {
    const from = installed(name);
    if (from !== undefined) await symlink(from, join(folder, "node_modules", name));
  }
  return folder;
}

async function measure(folder: string): Promise<Measured> {
  const startedAt = Date.now();
  const child = spawn(
    process.execPath,
    [join(folder, "node_modules/vitest/vitest.mjs"), "run", `--maxWorkers=${WORKERS}`, "--hookTimeout=120000", "--testTimeout=120000"],
    {
      cwd: folder,
      env: {
        PATH: process.env["PATH"],
        HOME: folder,
        DOCKER_HOST: process.env["DOCKER_HOST"],
        TESTCONTAINERS_RYUK_DISABLED: "true",
        IMAGE,
        SERVER_URL: server.url,
        OFFSHOOT_PROVIDER: "existing",
        OFFSHOOT_EXISTING_URL: server.url,
        OFFSHOOT_EXISTING_CLONES: "true",
        OFFSHOOT_BASE: "false",
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => void (output += text));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  const allMs = Date.now() - startedAt;
  if (code !== 0) throw new Error(`${folder} ended with ${code}:\n${output}`);
  const numbers = (word: string): number[] =>
    [...output.matchAll(new RegExp(`^${word} ([\\d.]+)$`, "gm"))].map((match) => Number(match[1]));
  return { firstMs: Math.min(...numbers("TEST")) - startedAt, resetMs: median(numbers("RESET")), allMs };
}
