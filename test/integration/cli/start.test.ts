import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { startMock, type MockServer } from "../../support/mock-server.ts";
import { buildPackage, helpTexts } from "../../support/package/build.ts";
import { packageFolder } from "../../support/package/licences.ts";

const ROOT = new URL("../../..", import.meta.url).pathname;

/** Writes the names of the modules of Node that a process loaded, when it ends. */
const REPORT = `process.on("exit", () => require("node:fs").writeFileSync(process.env.MODULES, JSON.stringify(process.moduleLoadList)));`;

let folder: string;
let files: ReadonlyMap<string, readonly string[]>;
let mock: MockServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "offshoot-start-"));
  await cp(join(ROOT, "bin"), join(folder, "bin"), { recursive: true });
  await cp(join(ROOT, "package.json"), join(folder, "package.json"));
  await writeFile(join(folder, "report.cjs"), REPORT);
  [files, mock] = await Promise.all([buildPackage(join(folder, "dist")), startMock()]);
});
afterAll(async () => {
  await mock.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Loaded {
  /** From the root of the repository. */
  readonly sources: readonly string[];
  /** Modules of Node. */
  readonly builtins: readonly string[];
  /** Files of the package. */
  readonly bundled: readonly string[];
}

/** What a command of the bundled CLI loads. */
async function allLoadedBy(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Loaded> {
  const work = join(folder, "work");
  await rm(work, { recursive: true, force: true });
  await mkdir(work);
  await writeFile(join(work, ".gitconfig"), "[user]\n\temail = ada@example.com\n");
  const modules = join(work, "modules.json");
  const coverage = join(work, "coverage");
  await promisify(execFile)(process.execPath, ["--require", join(folder, "report.cjs"), join(folder, "bin/offshoot.js"), ...args], {
    cwd: work,
    env: { PATH: process.env["PATH"], HOME: work, OFFSHOOT_RUN: "start", ...env, NODE_V8_COVERAGE: coverage, MODULES: modules },
  });
  const reports = await Promise.all((await readdir(coverage)).map((file) => readFile(join(coverage, file), "utf8")));
  const urls = reports.flatMap((text) => (JSON.parse(text) as { result: { url: string }[] }).result.map(({ url }) => url));
  const sources = urls.flatMap((url) => (url.startsWith("file:") ? (files.get(fileURLToPath(url)) ?? []) : []));
  const bundled = [...new Set(urls.filter((url) => url.startsWith("file:")).map((url) => relative(folder, fileURLToPath(url))))].filter(
    (path) => path.startsWith("dist/"),
  );
  return { sources, bundled, builtins: JSON.parse(await readFile(modules, "utf8")) as string[] };
}

/** The packages that a command loads, and the slow ones of Node's own modules. */
async function loadedBy(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { sources, builtins } = await allLoadedBy(args, env);
  return [
    ...new Set(sources.flatMap((source) => packageFolder(source)?.replace("node_modules/", "") ?? [])),
    ...SLOW.filter((name) => builtins.includes(`NativeModule ${name}`)).map((name) => `node:${name}`),
  ].toSorted();
}

/** Modules of Node that take a millisecond or more to load. */
const SLOW = ["child_process", "tls", "https", "http2", "worker_threads", "internal/deps/undici/undici"];

test("--help and --version print what the build has made, and load nothing", async () => {
  expect(await loadedBy(["--help"])).toEqual([]);
  expect(await loadedBy(["check", "worker", "--help"])).toEqual([]);
  expect(await loadedBy(["--version"])).toEqual([]);
});

test("other help is made with the package commander alone, and is the same", async () => {
  expect(await loadedBy(["--json", "--help"])).toEqual(["commander"]);
  const texts = helpTexts();
  expect(Object.values(texts).filter((text) => text.includes("default: []"))).toEqual([]);
  for (const words of [["--help"], ["run", "-h"], ["check", "worker", "--help"]]) {
    const text = texts[words.join(" ")];
    const print = async (file: string): Promise<string> => (await promisify(execFile)(process.execPath, [file, ...words])).stdout;
    expect(await print(join(folder, "bin/offshoot.js"))).toBe(text);
    await writeFile(join(folder, "bin/main.js"), 'require("../dist/cli/main.cjs").main(process);');
    expect(await print(join(folder, "bin/main.js"))).toBe(text);
  }
});

test("help for a reader that has ended succeeds", async () => {
  const command = `"${process.execPath}" "${join(folder, "bin/offshoot.js")}" --help; echo "status $?" >&2`;
  const { stderr } = await promisify(execFile)("bash", ["-c", `(${command}) | true`]);
  expect(stderr).toBe("status 0\n");
});

/** What the package pg needs. */
const OF_PG = /^(pg-|pgpass$|postgres-|split2$|xtend$)/;

test("a command on a server loads the client of Postgres, and none of another provider, no YAML, no schema and no HTTP", async () => {
  const existing = { OFFSHOOT_PROVIDER: "existing", OFFSHOOT_EXISTING_URL: inject("serverUrl") };
  for (const command of ["up", "env", "list", "status", "down"]) {
    const loaded = await loadedBy([command], existing);
    expect([command, loaded.filter((name) => !OF_PG.test(name))]).toEqual([command, ["commander", "pg"]]);
  }
});

test("a command on a server loads nothing of what only migrates, clones, audits or repairs", async () => {
  const existing = { OFFSHOOT_PROVIDER: "existing", OFFSHOOT_EXISTING_URL: inject("serverUrl") };
  const others =
    /^src\/(broker|audit|catalog|drift|repair|providers\/clones)\/(?!formats\/names)|^src\/commands\/migrate|^src\/readiness\/(leader|command|watchdog|waiter)/;
  for (const command of ["up", "env", "list", "status", "down"]) {
    const { sources } = await allLoadedBy([command], existing);
    expect(sources).toContain(`src/commands/${command}.ts`);
    expect([command, sources.filter((source) => others.test(source))]).toEqual([command, []]);
  }
});

test("the code of each room is one file, because npm needs milliseconds for each file that it unpacks", async () => {
  const chunks = await readdir(join(folder, "dist/chunks"));
  expect(chunks.filter((name) => name.endsWith(".cjs")).length).toBeLessThan(50);
});

test("a frequent command on a server loads at most eight files besides its start", async () => {
  const existing = { OFFSHOOT_PROVIDER: "existing", OFFSHOOT_EXISTING_URL: inject("serverUrl") };
  await allLoadedBy(["up"], existing);
  for (const command of ["env", "list", "status", "down"]) {
    const { bundled } = await allLoadedBy([command], existing);
    expect([command, bundled.length <= 10, bundled]).toEqual([command, true, bundled]);
  }
});

test("a local command without a server loads no package but commander", async () => {
  // A server on the PATH would be run to show its version.
  expect(await loadedBy(["list"], { OFFSHOOT_PROVIDER: "embedded", OFFSHOOT_HOME: join(folder, "none"), PATH: folder })).toEqual([
    "commander",
  ]);
});

test("a command on Neon loads its client, and neither that of Postgres nor the HTTP client of the Web", async () => {
  const loaded = await loadedBy(["list"], { ...mock.env, OFFSHOOT_PROVIDER: "neon" });
  expect(loaded).toEqual(expect.arrayContaining(["@neondatabase/api-client", "axios", "p-retry", "zod"]));
  expect(loaded).not.toContain("pg");
  expect(loaded).not.toContain("yaml");
  expect(loaded).not.toContain("node:internal/deps/undici/undici");
});

test("compiled code is kept in the user's cache folder, used by the next process, and made again when it is damaged", async () => {
  const home = join(folder, "cached");
  await mkdir(home);
  // Without a server.
  const env = { PATH: folder, HOME: home, OFFSHOOT_HOME: join(home, "none"), OFFSHOOT_PROVIDER: "embedded", OFFSHOOT_RUN: "start" };
  const list = async (): Promise<string> =>
    (await promisify(execFile)(process.execPath, [join(folder, "bin/offshoot.js"), "list", "--json"], { env, cwd: home })).stdout;
  const first = await list();
  const compiled = async (): Promise<readonly string[]> =>
    (await readdir(join(home, ".cache/offshoot/node"), { recursive: true })).filter((path) => basename(path).startsWith("main.cjs"));
  const [kept = ""] = await compiled();
  const path = join(home, ".cache/offshoot/node", kept);
  const data = await readFile(path);
  expect(await list()).toBe(first);
  expect((await readFile(path)).equals(data)).toBe(true);
  for (const damaged of [data.subarray(0, 100), Buffer.alloc(data.length), Buffer.from("offshoot")]) {
    await writeFile(path, damaged);
    expect(await list()).toBe(first);
    expect((await readFile(path)).length).toBeGreaterThan(1000);
  }
  expect(await compiled()).toEqual([kept]);
  // Of other builds, four are kept.
  const builds = dirname(dirname(path));
  await rm(dirname(path), { recursive: true });
  for (let n = 0; n < 7; n += 1) await mkdir(join(builds, `build-${n}`));
  await list();
  expect(await readdir(builds)).toHaveLength(5);
  expect(await compiled()).toEqual([kept]);
}, 60_000);

test("--version prints the version of the package", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "bin/offshoot.js"), "--version"]);
  const manifest = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };
  expect(stdout.trim()).toBe(manifest.version);
});
