import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FIELDS } from "../../../src/config/fields.ts";
import { loadSettings } from "../../../src/config/load.ts";
import type { LoadInput } from "../../../src/config/load.ts";
import { MAX_TTL_MS } from "../../../src/identity/expiry.ts";
import { failureOf, inFolder, loadText as load } from "./scratch.ts";

describe("with nothing configured", () => {
  test("every setting has its default, and says so", async () => {
    const { settings, sources, file, warnings } = await load(undefined);
    expect(settings).toEqual({
      provider: ["neon", "docker", "embedded"],
      auto: true,
      run: undefined,
      scope: "run",
      ttlMs: undefined,
      postgres: undefined,
      neon: {
        project: undefined,
        parent: undefined,
        parentAt: undefined,
        database: undefined,
        role: undefined,
        schemaOnly: false,
        anonymized: false,
        compute: { min: undefined, max: undefined, suspendMs: undefined },
        apiHost: undefined,
      },
      docker: { image: undefined },
      existing: { url: undefined },
      migrations: { tool: undefined, command: undefined, files: [], env: {}, directory: undefined, folder: undefined, irreversible: [] },
      base: undefined,
      baseTtlMs: 14 * 86_400_000,
      audit: { spec: undefined, failOn: "error" },
      comment: false,
      drift: { ignore: [], compare: [] },
      timeouts: { acquireMs: 300_000, migrateMs: 1_800_000, waitMs: 1_800_000, leaseMs: 15_000, idleMs: 1_800_000, commandGraceMs: 10_000 },
    });
    expect(Object.keys(sources)).toEqual(FIELDS.map(({ path }) => path));
    expect(new Set(Object.values(sources).map(({ from, where }) => `${from} ${where}`))).toEqual(new Set(["default default"]));
    expect({ file, warnings }).toEqual({ file: undefined, warnings: [] });
  });

  test.each(["", "# nothing yet\n", "---\n", "neon:\nmigrations:\n"])("the file %j is as good as none", async (text) => {
    const { settings, file } = await load(text);
    expect(settings).toEqual((await load(undefined)).settings);
    expect(file).toMatch(/offshoot\.yaml$/);
  });

  test("the settings are frozen through and through", async () => {
    const { settings } = await load("provider: [neon]\nmigrations: {files: [a.sql]}\n");
    const parts = [
      settings,
      settings.provider,
      settings.neon.compute,
      settings.migrations.files,
      settings.migrations.env,
      settings.timeouts,
    ];
    expect(parts.every((part) => Object.isFrozen(part))).toBe(true);
  });
});

describe("what settings mean", () => {
  test.each([
    ["auto", ["neon", "docker", "embedded"], true],
    ["embedded", ["embedded"], false],
    ["[existing, neon]", ["existing", "neon"], false],
  ])("provider: %s", async (text, provider, auto) => {
    expect((await load(`provider: ${text}\n`)).settings).toMatchObject({ provider, auto });
  });

  test("a single glob needs no list", async () => {
    expect((await load("migrations: {files: 'db/*.sql'}\n")).settings.migrations.files).toEqual(["db/*.sql"]);
  });

  test("an anchor stands for its value", async () => {
    const { settings } = await load("timeouts: {wait: &long 3h, migrate: *long}\n");
    expect(settings.timeouts).toMatchObject({ waitMs: 10_800_000, migrateMs: 10_800_000 });
  });

  test("the longest ttl is the longest that a branch may have", async () => {
    expect((await load("ttl: 30d\n")).settings.ttlMs).toBe(MAX_TTL_MS);
    expect((await failureOf(load("ttl: 30d1ms\n"))).message).toBe(
      'offshoot.yaml:1: ttl is "30d1ms"; expected a duration such as 90m, 2h or 3d, at most 30d',
    );
  });

  test("paths in the file are relative to it, paths in flags and variables to where the user stands", async () => {
    const audits = await inFolder({ "offshoot.yaml": "audit: spec.yaml\n", ".git/HEAD": "", "sub/x": "" }, async (root) => {
      const cwd = join(root, "sub");
      const inputs: readonly LoadInput[] = [
        { cwd, env: {} },
        { cwd, env: { OFFSHOOT_AUDIT: "spec.yaml" } },
        { cwd, env: {}, flags: { audit: "../other.yaml", "migrations.directory": ".." } },
      ];
      return Promise.all(inputs.map(async (input) => (await loadSettings(input)).settings));
    });
    expect(audits.map(({ audit }) => audit.spec)).toEqual(["spec.yaml", join("sub", "spec.yaml"), "other.yaml"]);
    expect(audits[2]?.migrations.directory).toBe(".");
  });

  test("a command from a stronger origin replaces a tool, and says so", async () => {
    const { settings, sources, values } = await load("migrations: {tool: alembic}\n", { flags: { "migrations.command": "make migrate" } });
    expect(settings.migrations).toMatchObject({ tool: undefined, command: "make migrate" });
    expect(sources["migrations.tool"]).toEqual({ from: "flag", where: "--migrations-command" });
    expect(values["migrations.tool"]).toBeUndefined();
  });

  test("a tool from a stronger origin replaces a command", async () => {
    const { settings } = await load("migrations: {command: make}\n", { env: { OFFSHOOT_MIGRATIONS_TOOL: "knex" } });
    expect(settings.migrations).toMatchObject({ tool: "knex", command: undefined });
  });
});

describe("values for people", () => {
  test("hold no password and no content of variables", async () => {
    const { values, settings } = await load(undefined, {
      env: { OFFSHOOT_EXISTING_URL: "postgres://me:hunter22@db.test:5433/app?password=hunter22" },
      flags: { "migrations.env": { TOKEN: "hunter22" }, "migrations.command": "psql postgres://a:hunter22@h/d" },
    });
    expect(JSON.stringify(values)).not.toContain("hunter22");
    expect(values).toMatchObject({ "existing.url": "db.test:5433/app", "migrations.env": "TOKEN" });
    expect(settings.existing.url).toContain("hunter22");
  });
});

describe("warnings", () => {
  test.each<[string, string, Partial<LoadInput>, readonly string[]]>([
    [
      "settings of a provider that isn't chosen",
      "provider: embedded\nneon:\n  parent: main\n",
      {},
      ["offshoot.yaml:3: neon.parent has no effect, since provider is embedded"],
    ],
    [
      "a server that auto never picks",
      "existing: {url: 'postgres://h/d'}\n",
      {},
      ["offshoot.yaml:1: existing.url has no effect, since provider is auto"],
    ],
    ["not where the choice is the stronger word", "neon: {parent: main}\n", { flags: { provider: "embedded" } }, []],
    ["not for the pipeline's own variables", "provider: docker\n", { env: { NEON_PROJECT_ID: "p" } }, []],
    [
      "a password in the file",
      "provider: existing\nexisting:\n  url: postgres://u:hunter22@h/d\n",
      {},
      ["offshoot.yaml:3: existing.url has a password in it; keep it out of the repository and set OFFSHOOT_EXISTING_URL instead"],
    ],
    [
      "a scope that a name overrides",
      "run: nightly\nscope: pull-request\n",
      {},
      ["offshoot.yaml:2: scope has no effect, since run names the run"],
    ],
    ["not a scope that one job overrides", "scope: pull-request\n", { env: { OFFSHOOT_RUN: "nightly" } }, []],
    [
      "bases of schema-only branches",
      "base: true\nneon: {schemaOnly: true}\n",
      {},
      ["offshoot.yaml:2: with base and neon.schemaOnly, each base takes one of the project's few root branches"],
    ],
    [
      "a variable one slip away",
      "",
      { env: { OFFSHOOT_PROVIDR: "neon", OFFSHOOT_BASETTL: "3d", OFFSHOOT_HOME: "/x", OFFSHOOT_DATABASE_ID: "y" } },
      [
        "OFFSHOOT_PROVIDR is no setting and has no effect; did you mean OFFSHOOT_PROVIDER?",
        "OFFSHOOT_BASETTL is no setting and has no effect; did you mean OFFSHOOT_BASE_TTL?",
      ],
    ],
  ])("%s", async (_name, text, input, warnings) => {
    expect((await load(text, input)).warnings).toEqual(warnings);
  });
});
