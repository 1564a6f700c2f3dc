// @module-tag proof
import { afterAll, expect, test } from "vitest";
import { makeProject } from "../../support/cli.ts";

const KEYS = { NEON_API_KEY: "napi_canary-0123456789", OFFSHOOT_GITHUB_TOKEN: "ghs_canary0123456789", NEON_PROJECT_ID: "p-1" };
const project = await makeProject(KEYS);
afterAll(() => project.remove());

const BIN = new URL("../../../bin/offshoot.js", import.meta.url).pathname;

test("the migrations, the command of run and their descendants have none of offshoot's secrets", async () => {
  await project.write("offshoot.yaml", "migrations: { command: 'env > migration.env' }\n");
  const script = "env > command.env; cat migration.env command.env /proc/$PPID/environ | tr '\\0' '\\n' | grep -c canary; true";
  const migrationEnv = await project.offshoot(["run", "--", "sh", "-c", script]);
  // The parent of the command is offshoot itself, the only process that has the two secrets.
  expect(migrationEnv).toMatchObject({ code: 0, stdout: "2\n" });
}, 60_000);

test("passSecrets gives the secrets to both", async () => {
  await project.write("offshoot.yaml", "migrations: { command: 'env > passed.env' }\n");
  const script = "env | cat - passed.env | grep -c canary";
  const { stdout } = await project.offshoot(["run", "--", "sh", "-c", script], { OFFSHOOT_PASS_SECRETS: "true", OFFSHOOT_RUN: "passed" });
  expect(stdout).toBe("4\n");
}, 60_000);

test("an offshoot that a command calls names the setting, and uses no other provider", async () => {
  await project.write("offshoot.yaml", "");
  for (const args of ["up", "down"]) {
    const inner = await project.offshoot(["run", "--", process.execPath, BIN, args, "--run", "other", "--provider", "auto"]);
    expect(inner.code).toBe(13);
    expect(inner.stderr).toContain("neon: NEON_API_KEY is not set, because offshoot withholds it from the commands that it starts.");
    expect(inner.stderr).toContain("OFFSHOOT_PASS_SECRETS=true");
  }
}, 60_000);

test("an offshoot that a command calls uses the run's own database, also with other providers", async () => {
  const inner = await project.offshoot(["run", "--", process.execPath, BIN, "up", "--json", "--provider", "auto"]);
  expect(inner).toMatchObject({ code: 0 });
  expect(JSON.parse(inner.stdout)).toMatchObject({ provider: "embedded", created: false });
}, 60_000);

test("an offshoot that a command calls finds a local database without the setting", async () => {
  const inner = await project.offshoot(["run", "--", process.execPath, BIN, "env", "--format", "json"]);
  expect(inner).toMatchObject({ code: 0 });
  expect(JSON.parse(inner.stdout)).toMatchObject({ OFFSHOOT_PROVIDER: "embedded" });
}, 60_000);

test("a worker under test has none of offshoot's secrets, and its output shows none", async () => {
  const worker = ["sh", "-c", "env | grep -c canary; echo the token is $CUSTOM_TOKEN; sleep 60"];
  const args = ["check", "worker", "--for", "1s", "--lines", "2", "--", ...worker];
  const { stdout, stderr } = await project.offshoot(args, { CUSTOM_TOKEN: "tok-9876-abc" });
  expect(stdout + stderr).toMatch(/^0$/m);
  expect(stdout + stderr).toContain("the token is ***");
}, 60_000);
