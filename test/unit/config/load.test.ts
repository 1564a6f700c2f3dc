import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FIELDS } from "../../../src/config/fields.ts";
import { loadSettings } from "../../../src/config/load.ts";
import type { LoadInput } from "../../../src/config/load.ts";
import { MAX_TTL_MS } from "../../../src/identity/expiry.ts";
import { inFolder } from "../../support/folder.ts";
import { failureOf, loadText as load } from "./scratch.ts";

describe("with nothing configured", () => {
  test("every setting has its default, and `default` as its source", async () => {
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
        maskingRules: [],
        compute: { min: undefined, max: undefined, suspendMs: undefined },
        sslmode: "verify-full",
        apiHost: undefined,
        allowHttp: false,
      },
      docker: { image: undefined },
      existing: { url: undefined, clones: false },
      migrations: {
        tool: undefined,
        command: undefined,
        files: [],
        env: {},
        directory: undefined,
        folder: undefined,
        irreversible: [],
        fence: "auto",
        steps: undefined,
        seedExisting: false,
        production: undefined,
      },
      base: undefined,
      baseTtlMs: 14 * 86_400_000,
      psql: "psql",
      cache: { bases: undefined, bytes: 2 * 1024 ** 3 },
      audit: { spec: undefined, failOn: "error" },
      check: { workflow: { require: [] } },
      comment: false,
      commentOutput: false,
      passSecrets: false,
      drift: { ignore: [], compare: [] },
      sweep: { also: [] },
      rehearse: {
        beforeMigrations: false,
        blockedReadsMs: 0,
        blockedWritesMs: 1000,
        durationMs: 600_000,
        outbound: "refuse",
        rewriteBytes: 100 * 1024 ** 2,
        severities: {},
        tables: {},
      },
      timeouts: { acquireMs: 300_000, migrateMs: 1_800_000, waitMs: 1_800_000, leaseMs: 15_000, idleMs: 1_800_000, commandGraceMs: 10_000 },
    });
    expect(Object.keys(sources)).toEqual(FIELDS.map(({ path }) => path));
    expect(new Set(Object.values(sources).map(({ from, where }) => `${from} ${where}`))).toEqual(new Set(["default default"]));
    expect({ file, warnings }).toEqual({ file: undefined, warnings: [] });
  });

  test.each(["", "# nothing yet\n", "---\n", "neon:\nmigrations:\n"])("the file %j has the same result as no file", async (text) => {
    const { settings, file } = await load(text);
    expect(settings).toEqual((await load(undefined)).settings);
    expect(file).toMatch(/offshoot\.yaml$/);
  });

  test("the settings and all their parts are frozen", async () => {
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

describe("the settings", () => {
  test.each([
    ["auto", ["neon", "docker", "embedded"], true],
    ["embedded", ["embedded"], false],
    ["[existing, neon]", ["existing", "neon"], false],
  ])("resolve `provider: %s` to a list of providers", async (text, provider, auto) => {
    expect((await load(`provider: ${text}\n`)).settings).toMatchObject({ provider, auto });
  });

  test("accept a single glob without a list", async () => {
    expect((await load("migrations: {files: 'db/*.sql'}\n")).settings.migrations.files).toEqual(["db/*.sql"]);
  });

  test("accept YAML anchors and aliases", async () => {
    const { settings } = await load("timeouts: {wait: &long 3h, migrate: *long}\n");
    expect(settings.timeouts).toMatchObject({ waitMs: 10_800_000, migrateMs: 10_800_000 });
  });

  test("accept a ttl up to the longest lifetime of a Neon branch", async () => {
    expect((await load("ttl: 30d\n")).settings.ttlMs).toBe(MAX_TTL_MS);
    expect((await failureOf(load("ttl: 30d1ms\n"))).message).toBe(
      'offshoot.yaml:1: ttl is "30d1ms"; expected a duration such as 90m, 2h or 3d, at most 30d',
    );
  });

  test("treat paths in the file as relative to it, and paths in flags and variables as relative to the current folder", async () => {
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

  test("use a command instead of a tool if the command is from a stronger source, and report that source", async () => {
    const { settings, sources, values } = await load("migrations: {tool: alembic}\n", { flags: { "migrations.command": "make migrate" } });
    expect(settings.migrations).toMatchObject({ tool: undefined, command: "make migrate" });
    expect(sources["migrations.tool"]).toEqual({ from: "flag", where: "--set migrations.command" });
    expect(values["migrations.tool"]).toBeUndefined();
  });

  test("use a tool instead of a command if the tool is from a stronger source", async () => {
    const { settings } = await load("migrations: {command: make}\n", { env: { OFFSHOOT_MIGRATIONS_TOOL: "knex" } });
    expect(settings.migrations).toMatchObject({ tool: "knex", command: undefined });
  });
});

describe("the values for display", () => {
  test("contain no password and no content of environment variables", async () => {
    const { values, settings } = await load(undefined, {
      env: { OFFSHOOT_EXISTING_URL: "postgres://me:hunter22@db.test:5433/app?password=hunter22" },
      flags: { "migrations.env": { TOKEN: "hunter22" }, "migrations.command": "psql postgres://a:hunter22@h/d" },
    });
    expect(JSON.stringify(values)).not.toContain("hunter22");
    expect(values).toMatchObject({ "existing.url": "db.test:5433/app", "migrations.env": "TOKEN" });
    expect(settings.existing.url).toContain("hunter22");
  });
});

test.each([
  ["neon.apiHost", "neon: {apiHost: 'https://evil.example.com'}\n", "NEON_API_HOST"],
  ["neon.apiHost", "neon: {apiHost: 'http://127.0.0.1:1/x'}\n", "NEON_API_HOST"],
  ["neon.allowHttp", "neon:\n  allowHttp: true\n", "OFFSHOOT_NEON_ALLOW_HTTP"],
] as const)("the file of a checkout cannot decide who gets the API key: %s in %j", async (path, text, variable) => {
  expect((await failureOf(load(text))).message).toContain(
    `${path} decides who gets the Neon API key, so a file of the checkout cannot set it; remove it, and set ${variable} or --set ${path}=… in the pipeline`,
  );
  const host = { NEON_API_HOST: "http://neon.internal/v2", OFFSHOOT_NEON_ALLOW_HTTP: "true" };
  expect((await load(undefined, { env: host })).settings.neon).toMatchObject({ apiHost: "http://neon.internal/v2", allowHttp: true });
  expect((await load(undefined, { flags: { [path]: path === "neon.apiHost" ? "https://n.test" : "true" } })).settings.neon).toBeDefined();
});

describe("a warning", () => {
  test.each<[string, string, Partial<LoadInput>, readonly string[]]>([
    [
      "reports settings of a provider that is not used",
      "provider: embedded\nneon:\n  parent: main\n",
      {},
      ["offshoot.yaml:3: neon.parent has no effect because provider is embedded"],
    ],
    [
      "reports an existing server with `provider: auto`, which never uses it",
      "existing: {url: 'postgres://h/d'}\n",
      {},
      ["offshoot.yaml:1: existing.url has no effect because provider is auto"],
    ],
    ["does not appear if the provider is set by a flag", "neon: {parent: main}\n", { flags: { provider: "embedded" } }, []],
    ["does not appear for variables of the whole pipeline", "provider: docker\n", { env: { NEON_PROJECT_ID: "p" } }, []],
    [
      "reports a password in the file",
      "provider: existing\nexisting:\n  url: postgres://u:hunter22@h/d\n",
      {},
      ["offshoot.yaml:3: existing.url contains a password; remove it from the file and set OFFSHOOT_EXISTING_URL instead"],
    ],
    [
      "reports passSecrets in the file of the checkout",
      "passSecrets: true\n",
      {},
      [
        "offshoot.yaml:1: passSecrets gives offshoot's secrets, such as the Neon API key, to the commands of each commit that has this line; set OFFSHOOT_PASS_SECRETS in the pipeline instead if a pull request must not turn it on",
      ],
    ],
    ["does not appear for passSecrets in the environment", "passSecrets: false\n", { env: { OFFSHOOT_PASS_SECRETS: "true" } }, []],
    [
      "reports a scope that has no effect because of a run name",
      "run: nightly\nscope: pull-request\n",
      {},
      ["offshoot.yaml:2: scope has no effect because run is set"],
    ],
    ["does not appear if one job overrides the scope", "scope: pull-request\n", { env: { OFFSHOOT_RUN: "nightly" } }, []],
    [
      "reports bases of schema-only branches",
      "base: true\nneon: {schemaOnly: true}\n",
      {},
      [
        "offshoot.yaml:2: with base and neon.schemaOnly, each base uses one of the few root branches that a Neon project can have; remove one of the two settings when Neon reports this limit",
      ],
    ],
    [
      "reports a variable with a typing error",
      "",
      {
        env: {
          OFFSHOOT_PROVIDR: "neon",
          OFFSHOOT_BASETTL: "3d",
          OFFSHOOT_PRVIDRE: "neon",
          OFFSHOOT_HOME: "/x",
          OFFSHOOT_KEEP_ON_FAILUR: "true",
          OFFSHOOT_DATABASE_ID: "y",
        },
      },
      [
        "OFFSHOOT_PROVIDR is not a setting and has no effect. Did you mean OFFSHOOT_PROVIDER?",
        "OFFSHOOT_BASETTL is not a setting and has no effect. Did you mean OFFSHOOT_BASE_TTL?",
        "OFFSHOOT_PRVIDRE is not a setting and has no effect. Did you mean OFFSHOOT_PROVIDER?",
        "OFFSHOOT_KEEP_ON_FAILUR is not a setting and has no effect. Did you mean OFFSHOOT_KEEP_ON_FAILURE?",
      ],
    ],
  ])("%s", async (_name, text, input, warnings) => {
    expect((await load(text, input)).warnings).toEqual(warnings);
  });
});
