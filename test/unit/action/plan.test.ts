import { describe, expect, test } from "vitest";
import { INPUTS, type Inputs } from "../../../src/action/inputs.ts";
import { type Plan, planOf } from "../../../src/action/plan.ts";
import { OffshootError } from "../../../src/errors.ts";

const NOW = new Date("2026-11-01T12:00:00Z");

const plan = (given: Partial<Inputs> = {}): Plan => planOf({ ...INPUTS, ...given }, NOW);

/** What the inputs are refused for: one line each. */
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
  throw new Error("The inputs were taken.");
};

test("without any input a step creates or adopts the run's database, and leaves it", () => {
  expect(plan()).toEqual({
    command: "up",
    globals: { set: [] },
    env: {},
    style: { prisma: false, ssl: "require" },
    script: "",
    teardown: false,
    keepOnFailure: false,
    export: true,
    sweep: { yes: false, olderThan: undefined },
    workingDirectory: "",
    notes: [],
  });
});

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
    [{ get_auth_url: "false", get_data_api_url: "FALSE" }, { set: [] }],
  ])("%j is a setting of ours: %j", (given, globals) => {
    expect(plan(given).globals).toEqual(globals);
  });

  test("api_key is an environment variable, and no setting", () => {
    expect(plan({ api_key: "napi_0123456789" })).toMatchObject({ env: { NEON_API_KEY: "napi_0123456789" }, globals: { set: [] } });
  });

  test.each<[Partial<Inputs>, Plan["style"]]>([
    [{ prisma: "true" }, { prisma: true, ssl: "require" }],
    [{ ssl: "verify-full" }, { prisma: false, ssl: "verify-full" }],
    [{ ssl: "omit" }, { prisma: false, ssl: "omit" }],
  ])("%j decides how the outputs spell URLs", (given, style) => {
    expect(plan(given).style).toEqual(style);
  });

  test("branch_name says that the branch is called otherwise", () => {
    expect(plan({ branch_name: "preview/pr-12" }).notes).toEqual([
      "branch_name names the run: its branch is found by `run: preview/pr-12`, and has a name under offshoot/.",
    ]);
  });

  test.each<[Partial<Inputs>, string]>([
    [{ branch_type: "schema_only" }, "`branch_type` is `schema_only`; did you mean schema-only? Expected default, schema-only."],
    [{ ssl: "verifyfull" }, "`ssl` is `verifyfull`; did you mean verify-full? Expected require, verify-ca, verify-full, omit."],
    [{ prisma: "yes" }, "`prisma` is `yes`; expected true or false."],
    [{ suspend_timeout: "30" }, "`suspend_timeout` is `30`; expected whole seconds from 60 to 604800, or 0 for the project's default."],
    [{ suspend_timeout: "5m" }, "`suspend_timeout` is `5m`; expected whole seconds from 60 to 604800, or 0 for the project's default."],
    [{ expires_at: "tomorrow" }, "`expires_at` is `tomorrow`; expected a moment such as 2027-01-31T18:00:00Z. `ttl: 2h` counts from now."],
    [{ expires_at: "2026-11-01T12:00:00Z" }, "`expires_at` is `2026-11-01T12:00:00Z`; this is past. `ttl: 2h` counts from now."],
    [
      { expires_at: "2026-12-02T12:00:00Z" },
      "`expires_at` is `2026-12-02T12:00:00Z`; Neon takes 30 days at most. `ttl: 2h` counts from now.",
    ],
    [
      { masking_rules: '[{"table_name":"users"}]' },
      "`masking_rules` can't be given here. Set the rules on the parent branch in Neon, and give `settings: neon.anonymized=true`.",
    ],
    [{ get_auth_url: "true" }, "`get_auth_url` can't be honoured: only the database is asked for. Ask Neon's API for this URL."],
    [{ get_data_api_url: "true" }, "`get_data_api_url` can't be honoured: only the database is asked for. Ask Neon's API for this URL."],
  ])("%j is refused", (given, line) => {
    expect(refusal(given)).toEqual([line]);
  });
});

describe("an input of ours", () => {
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
  ])("%j is what the CLI's flags say: %j", (given, globals) => {
    expect(plan(given).globals).toEqual(globals);
  });

  test("a run's name also holds for the commands that the step starts", () => {
    expect(plan({ run: "nightly" }).env).toEqual({ OFFSHOOT_RUN: "nightly" });
  });

  test("a sweep deletes only where it is told to", () => {
    expect(plan({ command: "sweep", older_than: "12h" }).sweep).toEqual({ yes: false, olderThan: "12h" });
    expect(plan({ command: "sweep", yes: "true" }).sweep).toEqual({ yes: true, olderThan: undefined });
  });

  test.each<[Partial<Inputs>, string]>([
    [{ command: "migrat" }, "`command` is `migrat`; did you mean migrate? Expected up, migrate, run, env, down, sweep."],
    [{ run: "a", branch_name: "b" }, "`run` and `branch_name` say the same: give one of them."],
    [{ ttl: "2h", expires_at: "2026-11-01T14:00:00Z" }, "`ttl` and `expires_at` say the same: give one of them."],
    [{ provider: "neon", use_neon: "true" }, "`provider` and `use_neon` say the same: give one of them."],
    [{ use_neon: "maybe" }, "`use_neon` is `maybe`; expected true or false."],
    [{ settings: "neon.parent" }, "`settings` has the line `neon.parent`; expected key=value, such as neon.parent=main."],
    [{ script: "npm test" }, "`script` has no effect with `command: up`, only with run and migrate."],
    [{ command: "down", teardown: "true" }, "`teardown` has no effect with `command: down`, only with up, migrate, and run."],
    [{ keep_on_failure: "true" }, "`keep_on_failure` has no effect with `command: up`, only with run."],
    [{ yes: "true" }, "`yes` has no effect with `command: up`, only with sweep."],
    [{ older_than: "1d" }, "`older_than` has no effect with `command: up`, only with sweep."],
    [{ command: "run" }, "`script` is missing: what should `command: run` run?"],
  ])("%j is refused", (given, line) => {
    expect(refusal(given)).toEqual([line]);
  });
});

test("everything that is wrong is told at once, and the key is in none of it", () => {
  const key = "key-that-nobody-may-read";
  expect(refusal({ api_key: key, ssl: key, prisma: "1", ttl: "1h", expires_at: "x" })).toEqual([
    "`expires_at` is `x`; expected a moment such as 2027-01-31T18:00:00Z. `ttl: 2h` counts from now.",
    "`ttl` and `expires_at` say the same: give one of them.",
    "`prisma` is `1`; expected true or false.",
    "`ssl` is `***`. Expected require, verify-ca, verify-full, omit.",
  ]);
});
