import { describe, expect, test } from "vitest";
import { INPUTS, type Inputs } from "../../../src/action/inputs.ts";
import { type Plan, planOf } from "../../../src/action/plan.ts";
import { OffshootError } from "../../../src/errors.ts";

const NOW = new Date("2026-11-01T12:00:00Z");

const plan = (given: Partial<Inputs> = {}): Plan => planOf({ ...INPUTS, ...given }, NOW);

/** The problems of the inputs, one line each. */
const refusal = (given: Partial<Inputs>): readonly string[] => {
  try {
    plan(given);
  } catch (thrown) {
    if (!(thrown instanceof OffshootError)) throw thrown;
    expect(thrown.code).toBe("USAGE");
    return thrown.message
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
  throw new Error("The inputs were accepted.");
};

test("without inputs a step creates or adopts the run's database, and keeps it", () => {
  expect(plan()).toEqual({
    command: "up",
    globals: { set: [] },
    env: {},
    style: { prisma: false, ssl: "require" },
    script: "",
    teardown: false,
    keepOnFailure: false,
    export: true,
    force: false,
    sweep: { yes: false, olderThan: undefined, allRepositories: false },
    services: { auth: false, dataApi: false },
    workingDirectory: "",
    notes: [],
  });
});

const RULES =
  '[{"database_name":"neondb","schema_name":"public","table_name":"users","column_name":"email","masking_function":"anon.fake_email()"}]';

describe("an input of create-branch-action", () => {
  test.each<[Partial<Inputs>, Partial<Plan["globals"]>]>([
    [{ project_id: "cool-river-1" }, { set: ["neon.project=cool-river-1"] }],
    [{ api_host: "https://console.neon.tech/api/v2" }, { set: ["neon.apiHost=https://console.neon.tech/api/v2"] }],
    [{ parent_branch: "br-main-1" }, { set: ["neon.parent=br-main-1"] }],
    [{ database: "neondb" }, { set: ["neon.database=neondb"] }],
    [{ role: "neondb_owner" }, { set: ["neon.role=neondb_owner"] }],
    [{ branch_type: "schema-only" }, { set: ["neon.schemaOnly=true"] }],
    [{ branch_type: "default" }, { set: [] }],
    [{ suspend_timeout: "0" }, { set: [] }],
    [{ suspend_timeout: "90" }, { set: ["neon.compute.suspend=1m30s"] }],
    [{ suspend_timeout: "604800" }, { set: ["neon.compute.suspend=7d"] }],
    [{ expires_at: "2026-11-01T14:30:00Z" }, { ttl: "2h30m", set: [] }],
    [{ expires_at: "2026-11-01T15:00:00.750+01:00" }, { ttl: "2h", set: [] }],
    [{ branch_name: "preview/pr-12" }, { run: "preview/pr-12", set: [] }],
    [{ masking_rules: "[ ]" }, { set: [] }],
    [{ masking_rules: ` ${RULES} ` }, { set: [`neon.maskingRules=${RULES}`] }],
    [{ get_auth_url: "true" }, { set: [] }],
    [{ get_auth_url: "false", get_data_api_url: "FALSE" }, { set: [] }],
  ])("%j is the setting %j", (given, globals) => {
    expect(plan(given).globals).toEqual(globals);
  });

  test("api_key becomes an environment variable, not a setting", () => {
    expect(plan({ api_key: "napi_0123456789" })).toMatchObject({ env: { NEON_API_KEY: "napi_0123456789" }, globals: { set: [] } });
  });

  test.each<[Partial<Inputs>, Plan["style"]]>([
    [{ prisma: "true" }, { prisma: true, ssl: "require" }],
    [{ ssl: "verify-full" }, { prisma: false, ssl: "verify-full" }],
    [{ ssl: "omit" }, { prisma: false, ssl: "omit" }],
  ])("%j sets the form of the URLs in the outputs", (given, style) => {
    expect(plan(given).style).toEqual(style);
  });

  test("branch_name causes a note that the branch has another name", () => {
    expect(plan({ branch_name: "preview/pr-12" }).notes).toEqual([
      "The input branch_name sets the name of the run. The Neon branch has another name, which starts with offshoot/. Other steps find it with `run: preview/pr-12`.",
    ]);
  });

  test.each<[Partial<Inputs>, string]>([
    [{ branch_type: "schema_only" }, "`branch_type` is `schema_only`; expected default, schema-only. Did you mean schema-only?"],
    [{ ssl: "verifyfull" }, "`ssl` is `verifyfull`; expected require, verify-ca, verify-full, omit. Did you mean verify-full?"],
    [{ prisma: "yes" }, "`prisma` is `yes`; expected true or false."],
    [
      { suspend_timeout: "30" },
      "`suspend_timeout` is `30`; expected a number of seconds from 60 to 604800, or 0 for the project's default.",
    ],
    [
      { suspend_timeout: "5m" },
      "`suspend_timeout` is `5m`; expected a number of seconds from 60 to 604800, or 0 for the project's default.",
    ],
    [
      { expires_at: "2026-02-30T12:00:00Z" },
      "`expires_at` is `2026-02-30T12:00:00Z`; expected a time such as 2027-01-31T18:00:00Z. To set a time from now, use `ttl: 2h`.",
    ],
    [
      { expires_at: "tomorrow" },
      "`expires_at` is `tomorrow`; expected a time such as 2027-01-31T18:00:00Z. To set a time from now, use `ttl: 2h`.",
    ],
    [
      { expires_at: "2026-11-01T12:00:00Z" },
      "`expires_at` is `2026-11-01T12:00:00Z`; this time is in the past. To set a time from now, use `ttl: 2h`.",
    ],
    [
      { expires_at: "2026-12-02T12:00:00Z" },
      "`expires_at` is `2026-12-02T12:00:00Z`; Neon allows at most 30 days. To set a time from now, use `ttl: 2h`.",
    ],
    [
      { masking_rules: '[{"table_name":"users"}]' },
      "`masking_rules` is not a JSON list of rules, each with database_name, schema_name, table_name, column_name, and either masking_function or masking_value.",
    ],
    [
      { masking_rules: "users.email" },
      "`masking_rules` is not a JSON list of rules, each with database_name, schema_name, table_name, column_name, and either masking_function or masking_value.",
    ],
    [{ get_auth_url: "yes" }, "`get_auth_url` is `yes`; expected true or false."],
    [
      { get_data_api_url: "true", command: "down" },
      "`get_data_api_url` has no effect with `command: down`, only with up, migrate, and env.",
    ],
  ])("%j is rejected", (given, line) => {
    expect(refusal(given)).toEqual([line]);
  });
});

describe("an input of offshoot", () => {
  test.each<[Partial<Inputs>, Partial<Plan["globals"]>]>([
    [
      { run: "nightly", provider: "neon,docker", ttl: "90m" },
      { run: "nightly", provider: "neon,docker", ttl: "90m", set: [] },
    ],
    [{ use_neon: "true" }, { provider: "neon", set: [] }],
    [{ use_neon: "false" }, { provider: "docker,embedded", set: [] }],
    [{ config: "backend/offshoot.yaml" }, { config: "backend/offshoot.yaml", set: [] }],
    [
      { settings: "neon.parent = staging\n\n  timeouts.acquire=10m\nmigrations.command=a=b = c" },
      { set: ["neon.parent=staging", "timeouts.acquire=10m", "migrations.command=a=b = c"] },
    ],
    [{ command: "migrate", script: "alembic upgrade head" }, { set: ["migrations.command=alembic upgrade head"] }],
  ])("%j is the CLI option %j", (given, globals) => {
    expect(plan(given).globals).toEqual(globals);
  });

  test("the name of the run is also set for the commands that the step starts", () => {
    expect(plan({ run: "nightly" }).env).toEqual({ OFFSHOOT_RUN: "nightly" });
  });

  test("a sweep deletes only with yes: true", () => {
    expect(plan({ command: "sweep", older_than: "12h" }).sweep).toEqual({ yes: false, olderThan: "12h", allRepositories: false });
    expect(plan({ command: "sweep", yes: "true" }).sweep).toEqual({ yes: true, olderThan: undefined, allRepositories: false });
  });

  test.each<[Partial<Inputs>, string]>([
    [{ command: "migrat" }, "`command` is `migrat`; expected up, migrate, run, env, down, sweep. Did you mean migrate?"],
    [{ run: "a", branch_name: "b" }, "`run` and `branch_name` set the same thing. Use only one of them."],
    [{ ttl: "2h", expires_at: "2026-11-01T14:00:00Z" }, "`ttl` and `expires_at` set the same thing. Use only one of them."],
    [{ provider: "neon", use_neon: "true" }, "`provider` and `use_neon` set the same thing. Use only one of them."],
    [{ use_neon: "maybe" }, "`use_neon` is `maybe`; expected true or false."],
    [{ settings: "neon.parent" }, "`settings` has the line `neon.parent`; expected key=value, such as neon.parent=main."],
    [{ script: "npm test" }, "`script` has no effect with `command: up`, only with run and migrate."],
    [{ command: "down", teardown: "true" }, "`teardown` has no effect with `command: down`, only with up, migrate, and run."],
    [{ keep_on_failure: "true" }, "`keep_on_failure` has no effect with `command: up`, only with run."],
    [{ yes: "true" }, "`yes` has no effect with `command: up`, only with sweep."],
    [{ older_than: "1d" }, "`older_than` has no effect with `command: up`, only with sweep."],
    [{ command: "run" }, "`script` is missing. It is required with `command: run`."],
  ])("%j is rejected", (given, line) => {
    expect(refusal(given)).toEqual([line]);
  });
});

test("all problems are reported together, and none of them shows the key", () => {
  const key = "key-that-must-stay-secret";
  expect(refusal({ api_key: key, ssl: key, prisma: "1", ttl: "1h", expires_at: "x" })).toEqual([
    "`expires_at` is `x`; expected a time such as 2027-01-31T18:00:00Z. To set a time from now, use `ttl: 2h`.",
    "`ttl` and `expires_at` set the same thing. Use only one of them.",
    "`prisma` is `1`; expected true or false.",
    "`ssl` is `***`; expected require, verify-ca, verify-full, omit.",
  ]);
});
