// @module-tag proof
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const ROOT = new URL("../../../..", import.meta.url).pathname;
const execute = promisify(execFile);

/** A project in which only the packed package is installed. */
let project: string;
const node = async (...args: string[]): Promise<string> => (await execute(process.execPath, args, { cwd: project })).stdout;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "offshoot-consumer-"));
  await writeFile(join(project, "package.json"), '{ "type": "module", "private": true }');
  // The scripts would build again, in the folder that other tests use.
  const { stdout } = await execute("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", project], { cwd: ROOT });
  const [{ filename = "" } = {}] = JSON.parse(stdout.slice(stdout.indexOf("[\n"))) as { filename?: string }[];
  // Offline: npm can load no other package.
  await execute("npm", ["install", "--offline", "--no-audit", "--no-fund", join(project, filename)], { cwd: project });
}, 120_000);
afterAll(() => rm(project, { recursive: true }));

test("installs as one package, with the licences and the bill of materials of what it contains, and without source maps", async () => {
  expect((await readdir(join(project, "node_modules"))).filter((name) => !name.startsWith("."))).toEqual(["offshoot"]);
  const files = await readdir(join(project, "node_modules/offshoot"), { recursive: true });
  expect(files).toEqual(
    expect.arrayContaining(["LICENSE", "README.md", "dist/licenses.txt", "dist/sbom.cdx.json", "schema/offshoot.schema.json"]),
  );
  expect(files.filter((file) => file.endsWith(".map") || file.startsWith("dist/action"))).toEqual([]);
  const manifest = JSON.parse(await readFile(join(project, "node_modules/offshoot/package.json"), "utf8")) as Record<string, unknown>;
  expect(manifest["dependencies"]).toBeUndefined();
});

test("has one file of types for each entry point, and few for what they share, because npm is slow with many files", async () => {
  const folder = join(project, "node_modules/offshoot/dist");
  const files = (await readdir(folder, { recursive: true })).filter((file) => /\.d\.c?ts$/.test(file));
  const entries = ["index", "vitest", "jest", "playwright", "node-test"].map((name) => (name === "index" ? name : `runners/${name}`));
  expect(files).toEqual(expect.arrayContaining(entries.map((entry) => `${entry}.d.ts`)));
  expect(files.length).toBeLessThan(16);
});

test("contains each page that an error, a finding or the help names", async () => {
  const folder = join(project, "node_modules/offshoot");
  const files = (await readdir(join(folder, "dist"), { recursive: true })).filter((file) => /\.c?js$/.test(file));
  const texts = await Promise.all(files.map((file) => readFile(join(folder, "dist", file), "utf8")));
  const pages = new Set(texts.flatMap((text) => [...text.matchAll(/\bdocs\/[\w/-]+\.md\b/g)].map(([page]) => page)));
  expect(pages.size).toBeGreaterThan(5);
  expect([...pages].filter((page) => !existsSync(join(folder, page)))).toEqual([]);
});

test("contains what its pages link to, or the link leads to the repository", async () => {
  const folder = join(project, "node_modules/offshoot");
  const pages = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".md"));
  expect(pages).toEqual(expect.arrayContaining(["README.md", "CHANGELOG.md", "docs/README.md"]));
  const broken = await Promise.all(
    pages.map(async (page) => {
      const text = await readFile(join(folder, page), "utf8");
      const links = [...text.matchAll(/\]\(((?![a-z]+:|#)[^)\s#]+)/g)].map(([, link = ""]) => link);
      return links.filter((link) => !existsSync(join(folder, dirname(page), link))).map((link) => `${page}: ${link}`);
    }),
  );
  expect(broken.flat()).toEqual([]);
});

test("runs a command with a database, an SQL migration and the processes that it starts itself", async () => {
  const bin = join(project, "node_modules/offshoot/bin/offshoot.js");
  const folder = join(project, "work");
  await mkdir(join(folder, "migrations"), { recursive: true });
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "migrations/001_notes.sql"), "create table notes (id int primary key);");
  await writeFile(join(folder, "offshoot.yaml"), "provider: embedded\nmigrations: { tool: sql }\ntimeouts: { idle: 1s }\n");
  await writeFile(
    join(folder, "count.mjs"),
    `import pg from "pg"; const c = new pg.Client(process.env.DATABASE_URL); await c.connect();
     console.log("notes:", (await c.query("select count(*)::int as n from notes")).rows[0].n); await c.end();`,
  );
  const home = await mkdtemp(join(tmpdir(), "offshoot-home-"));
  await execute("chmod", ["755", home]);
  const env = { PATH: process.env["PATH"], HOME: project, OFFSHOOT_HOME: home, OFFSHOOT_RUN: "installed" };
  const offshoot = async (...args: string[]): Promise<string> =>
    (await execute(process.execPath, [bin, ...args], { cwd: folder, env })).stdout;
  expect(await offshoot("run", "--", process.execPath, "count.mjs")).toBe("notes: 0\n");
  expect(await offshoot("list")).toBe("no databases\n");
  await expect
    .poll(async () => (await readdir(home, { recursive: true })).filter((path) => path.endsWith("postmaster.pid")), { timeout: 30_000 })
    .toEqual([]);
  await rm(home, { recursive: true });
}, 120_000);

test("can be imported, and required from CommonJS", async () => {
  const names = 'console.log(typeof m.up, typeof m.run, m.isOffshootError(new m.OffshootError("USAGE", "x")))';
  expect(await node("--input-type=module", "-e", `import * as m from "offshoot"; ${names}`)).toBe("function function true\n");
  // Each Node that `engines` allows can require an ES module (Node docs, "Loading ECMAScript modules using require()").
  expect(await node("--input-type=commonjs", "--no-warnings", "-e", `const m = require("offshoot"); ${names}`)).toBe(
    "function function true\n",
  );
});

test("the entry points of the test runners can be imported, and required from CommonJS, where no test runner is installed", async () => {
  const kinds = "console.log(typeof m.withDatabase, typeof m.offshoot, typeof m.database?.reset)";
  const importOf = (entry: string): Promise<string> =>
    node("--input-type=module", "-e", `import * as m from "offshoot/${entry}"; ${kinds}`);
  const requireOf = (entry: string): Promise<string> =>
    node("--input-type=commonjs", "--no-warnings", "-e", `const m = require("offshoot/${entry}"); ${kinds}`);
  expect(await importOf("vitest")).toBe("undefined function function\n");
  for (const load of [importOf, requireOf]) {
    expect(await load("jest")).toBe("function undefined function\n");
    expect(await load("playwright")).toBe("function undefined function\n");
  }
  expect(await requireOf("node-test")).toBe("undefined undefined function\n");
});

/** The newest compiler, and the last one that still has the ways of resolving that older projects use. */
const COMPILERS = {
  newest: join(ROOT, "node_modules/typescript/bin/tsc"),
  older: join(ROOT, "node_modules/@arethetypeswrong/core/node_modules/typescript/bin/tsc"),
};

test.each([
  ["newest", "nodenext", "nodenext", ["use.ts", "use-required.cts"]],
  ["newest", "esnext", "bundler", ["use.ts"]],
  ["newest", "node16", "node16", ["use-classic.ts", "use-required.cts"]],
  ["older", "node16", "node16", ["use-classic.ts", "use-required.cts"]],
  ["older", "commonjs", "node10", ["use-classic.ts"]],
] as const)(
  "has types for the %s compiler and modules of the kind %s, resolved as %s, that need the types of no other package",
  async (compiler, module, moduleResolution, sources) => {
    const types = join(project, "node_modules/@types");
    await mkdir(types, { recursive: true });
    for (const [name, target] of [
      ["node", "@types/node"],
      ["../undici-types", "undici-types"],
    ] as const) {
      await symlink(join(ROOT, "node_modules", target), join(types, name)).catch(() => {});
    }
    // A file `.cts` is CommonJS also here: its imports are resolved with the condition `require`.
    for (const file of sources) await copyFile(join(ROOT, "test/fixtures/consumer", file), join(project, file));
    const compilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      target: "es2022",
      types: ["node"],
      module,
      moduleResolution,
    };
    await writeFile(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: sources }));
    const tsc = execute(process.execPath, [COMPILERS[compiler], "-p", "."], { cwd: project });
    await expect(
      tsc.then(
        () => "",
        ({ stdout }: { stdout: string }) => stdout,
      ),
    ).resolves.toBe("");
  },
);
