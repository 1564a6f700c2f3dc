/**
 * Suites whose tests each start with a fresh database, beside the same suites with their peers: `npx tsx bench/runners.ts [ROUNDS]
 * [GROUP...]`. A suite has eight files with three tests each, in four workers. Shows the lines to write, the time from the start to
 * the first test, the time of a fresh database, and the time of the whole suite with its ratio to the first way of the group.
 *
 * `npm ci --prefix test/peers --ignore-scripts`, and the same with `test/runners/current` and `bench/runners/peers`, installs the
 * peers. The containers need Docker with the image of the tests.
 */
import { spawn } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { docker, testImage } from "../test/support/docker.ts";
import { startMock } from "../test/support/mock-server.ts";
import { PEER_PACKAGES } from "../test/support/peers.ts";
import { startServer } from "../test/support/server.ts";
import { median } from "./compare.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const [ROUNDS = 3, ...wanted] = process.argv.slice(2).map((word) => (/^\d+$/.test(word) ? Number(word) : word));
const FILES = 8;
const WORKERS = 4;

/** A schema of some size: 60 tables with an index and a constraint each. */
const SCHEMA = Array.from(
  { length: 60 },
  (_, at) => `create table t${at} (id bigint generated always as identity primary key, name text not null unique, n int check (n > 0));`,
).join("\n");

type Env = Readonly<Record<string, string>>;

/** A folder of `bench/runners` with what a user writes, and where its databases are. */
interface Way {
  readonly name: string;
  readonly folder: string;
  readonly runner: "vitest" | "pytest";
  readonly env: Env;
}

/** Ways that use the same server. The first one is offshoot. */
interface Group {
  readonly ways: readonly Way[];
  stop?(): Promise<unknown>;
}

const GROUPS: Readonly<Record<string, (base: string) => Promise<Group>>> = {
  async local() {
    const server = await startServer({ max_connections: 100 });
    const env = { OFFSHOOT_PROVIDER: "existing", OFFSHOOT_EXISTING_URL: server.url, OFFSHOOT_EXISTING_CLONES: "true" };
    const ways: Way[] = [
      { name: "offshoot/vitest", folder: "offshoot", runner: "vitest", env },
      { name: "a template by hand, with a lock", folder: "by-hand", runner: "vitest", env: { SERVER_URL: server.url } },
    ];
    return { ways, stop: () => server.stop() };
  },
  async docker(base) {
    // In the image of 18, psql does not find the socket, which the snapshots need.
    const image = await testImage(15);
    if (image === undefined) throw new Error("This group needs Docker and the image of the tests.");
    const engine: Env = process.env["DOCKER_HOST"] === undefined ? {} : { DOCKER_HOST: process.env["DOCKER_HOST"] };
    const own = { OFFSHOOT_PROVIDER: "docker", OFFSHOOT_DOCKER_IMAGE: image, OFFSHOOT_HOME: join(base, "home") };
    const ways: Way[] = [
      { name: "offshoot/vitest, docker", folder: "offshoot", runner: "vitest", env: { ...engine, ...own } },
      {
        name: "Testcontainers, a container for each file and its snapshot",
        folder: "testcontainers",
        runner: "vitest",
        env: { ...engine, IMAGE: image, BENCH: base, TESTCONTAINERS_RYUK_DISABLED: "true" },
      },
    ];
    const stop = async (): Promise<void> => {
      const left = await docker("ps", "--all", "--quiet", "--filter", `label=offshoot-bench=${base}`);
      if (left !== "") await docker("rm", "--force", "--volumes", ...left.split("\n"));
    };
    return { ways, stop };
  },
  async neon() {
    const mock = await startMock("--postgres", "--latency", "80", "--operation-time", "700");
    const env = { ...mock.env, NODE_EXTRA_CA_CERTS: mock.rootFile ?? "", OFFSHOOT_PROVIDER: "neon", OFFSHOOT_PASS_SECRETS: "true" };
    const ways: Way[] = [
      { name: "offshoot/vitest, neon", folder: "offshoot", runner: "vitest", env },
      { name: "neon-testing, a branch for each file", folder: "neon-testing", runner: "vitest", env },
    ];
    return { ways, stop: () => mock.stop() };
  },
  async pytest() {
    // Python does not know the names of the mock.
    const mock = await startMock("--postgres", "--plain-api", "--latency", "80", "--operation-time", "700");
    const env = { ...mock.env, HOSTADDR: "127.0.0.1", OFFSHOOT_PROVIDER: "neon", OFFSHOOT_PASS_SECRETS: "true" };
    const ways: Way[] = [
      { name: "offshoot clone in pytest, neon", folder: "pytest-offshoot", runner: "pytest", env },
      { name: "pytest-neon 2, a branch for each file, restored after each test", folder: "pytest-neon", runner: "pytest", env },
    ];
    return { ways, stop: () => mock.stop() };
  },
};

/** Milliseconds. */
interface Measured {
  readonly first: number;
  readonly fresh: number;
  readonly suite: number;
}

console.log("| way | lines to write | first test after | a fresh database | the suite | ratio |\n|---|---|---|---|---|---|");
for (const [name, prepare] of Object.entries(GROUPS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const base = await mkdtemp(join(tmpdir(), "offshoot-bench-"));
  await chmod(base, 0o755);
  const group = await prepare(base);
  try {
    for (const row of await measureGroup(group, base)) console.log(row);
  } finally {
    await group.stop?.();
    await rm(base, { recursive: true, force: true });
  }
}

function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

async function measureGroup({ ways }: Group, base: string): Promise<readonly string[]> {
  const rounds: Measured[][] = [];
  for (const way of ways) await project(way, join(base, `suite-${way.folder}`));
  for (let round = 0; round < Number(ROUNDS); round += 1) {
    const own: Measured[] = [];
    for (const way of ways) own.push(await measure(way, join(base, `suite-${way.folder}`)));
    rounds.push(own);
  }
  return Promise.all(
    ways.map(async ({ name, folder }, at) => {
      const middle = (of: (one: Measured) => number): number => median(rounds.map((own) => of(own[at] ?? ({} as Measured))));
      const ratio = median(rounds.map((own) => (own[at]?.suite ?? Number.NaN) / (own[0]?.suite ?? Number.NaN)));
      const times = [middle(({ first }) => first), middle(({ fresh }) => fresh), middle(({ suite }) => suite)].map(seconds);
      return `| ${name} | ${await linesOf(folder)} | ${times.join(" | ")} | ${ratio.toFixed(2)} |`;
    }),
  );
}

/** The lines that a user writes, without blank ones, comments, and those that only the bench needs. */
async function linesOf(folder: string): Promise<number> {
  const names = await readdir(join(ROOT, "bench/runners", folder));
  const texts = await Promise.all(names.map((name) => readFile(join(ROOT, "bench/runners", folder, name), "utf8")));
  return texts
    .filter((text) => !text.startsWith("# bench\n"))
    .flatMap((text) => text.split("\n"))
    .filter((line) => line.trim() !== "" && !/^\s*(\/\/|#)|(\/\/|#) bench/.test(line)).length;
}

async function project({ folder: name, runner }: Way, folder: string): Promise<void> {
  await cp(join(ROOT, "bench/runners", name), folder, { recursive: true });
  await mkdir(join(folder, "migrations"));
  await writeFile(join(folder, "migrations/0001.sql"), SCHEMA);
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  const [from, to] =
    runner === "vitest" ? ["notes.js", (at: number) => `notes-${at}.test.js`] : ["test_notes.py", (at: number) => `test_notes_${at}.py`];
  for (let at = 1; at <= FILES; at += 1) await cp(join(ROOT, "bench/runners/suites", from), join(folder, to(at)));
  const modules = join(folder, "node_modules");
  // neon-testing must find the same Vitest as the tests, so a link to it does not do.
  if (name === "neon-testing") await cp(join(ROOT, "bench/runners/peers/node_modules"), modules, { recursive: true });
  await mkdir(join(modules, "@testcontainers"), { recursive: true });
  await mkdir(join(modules, ".bin"), { recursive: true });
  for (const part of ["package.json", "bin", "dist", "schema"])
    await cp(join(ROOT, part), join(modules, "offshoot", part), { recursive: true });
  await symlink("../offshoot/bin/offshoot.js", join(modules, ".bin/offshoot"));
  for (const each of ["vitest", "vite", "pg"]) await symlink(join(ROOT, "test/runners/current/node_modules", each), join(modules, each));
  await symlink(join(PEER_PACKAGES, "@testcontainers/postgresql"), join(modules, "@testcontainers/postgresql"));
}

async function measure({ runner, folder: name, env }: Way, folder: string): Promise<Measured> {
  const times = join(folder, "times");
  await writeFile(times, "");
  const python = ["/usr/bin/python3", "-m", "pytest", "-q", "-n", String(WORKERS), "--dist", "loadfile", "-p", "no:cacheprovider"];
  const long = ["--hookTimeout=240000", "--testTimeout=240000"];
  const vitest = [process.execPath, join(folder, "node_modules/vitest/vitest.mjs"), "run", `--maxWorkers=${WORKERS}`, ...long];
  const offshoot = [process.execPath, join(folder, "node_modules/offshoot/bin/offshoot.js"), "run", "--"];
  const [file = "", ...args] = runner === "vitest" ? vitest : [...(name === "pytest-offshoot" ? offshoot : []), ...python];
  const started = Date.now();
  const child = spawn(file, args, {
    cwd: folder,
    // As below npx.
    env: {
      PATH: `${folder}/node_modules/.bin:${process.env["PATH"]}`,
      HOME: folder,
      TIMES: times,
      OFFSHOOT_BASE: "false",
      PYTHONDONTWRITEBYTECODE: "1",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => void (output += text));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  const suite = Date.now() - started;
  if (code !== 0) throw new Error(`${folder} ended with ${code}:\n${output}`);
  const text = await readFile(times, "utf8");
  const numbers = (word: string): number[] => [...text.matchAll(new RegExp(`^${word} ([\\d.]+)$`, "gm"))].map((match) => Number(match[1]));
  return { first: Math.min(...numbers("TEST")) - started, fresh: median(numbers("FRESH")), suite };
}
