// @module-tag proof
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { testImage } from "../../support/docker.ts";
import { makeProject, type Project } from "../../support/cli.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let project: Project;
const IMAGE = await testImage(18);
const PREFERRED = { OFFSHOOT_PROVIDER: "docker,embedded", OFFSHOOT_DOCKER_IMAGE: IMAGE ?? "" };
/** The database is created with embedded, because Docker is not available. */
const BOTH = { ...PREFERRED, DOCKER_HOST: "unix:///nowhere/docker.sock" };

beforeEach(async () => {
  project = await makeProject();
  await project.write("offshoot.yaml", "migrations: { command: 'true', files: [offshoot.yaml] }\n");
  await project.offshoot(["up"], BOTH);
});
afterEach(() => project.remove());

test("a command below `run` after a fallback does not warn of other settings", async () => {
  const { code, stderr } = await project.offshoot(["up", "--provider", "embedded"]);
  expect([code, stderr]).toEqual([0, expect.not.stringContaining("other settings")]);
  const inner = `"${process.execPath}" "$OFFSHOOT" up`;
  const bin = new URL("../../../bin/offshoot.js", import.meta.url).pathname;
  const outer = await project.offshoot(["run", "--", "sh", "-c", inner], { ...BOTH, OFFSHOOT: bin });
  expect([outer.code, outer.stderr]).toEqual([0, expect.not.stringContaining("other settings")]);
});

test("with a provider that excludes the place of the database, nothing uses it by mistake, and it can be found and deleted", async () => {
  const neon = ["--provider", "neon"];
  for (const args of [
    ["up", ...neon],
    ["run", ...neon, "--", "true"],
    ["migrate", ...neon],
  ]) {
    const { code, stderr } = await project.offshoot(args);
    expect([args[0], code]).toEqual([args[0], 13]);
    expect(stderr.replaceAll(/\s+/g, " ")).toMatch(
      /The run's database offshoot\/\S+ is on embedded, and the setting provider is neon\. .*--provider embedded.* npx offshoot down --run \S+/,
    );
  }
  const doctor = await project.offshoot(["doctor", ...neon]);
  expect([doctor.code, doctor.stdout.replaceAll(/\s+/g, " ")]).toEqual([
    13,
    expect.stringMatching(/`offshoot up` would fail: the run's database \S+ is on embedded, and the setting provider is neon\./),
  ]);
  expect((await project.offshoot(["env", ...neon])).stdout).toContain("DATABASE_URL");
  expect((await project.offshoot(["status", ...neon])).stdout).toContain("embedded");
  expect((await project.offshoot(["down", ...neon])).stdout).toContain("deleted");
});

test.skipIf(IMAGE === undefined)("`doctor` shows that `up` adopts the database where it is, although Docker can be used now", async () => {
  const { code, stdout } = await project.offshoot(["doctor"], PREFERRED);
  expect([code, stdout.replaceAll(/\s+/g, " ")]).toEqual([
    0,
    expect.stringMatching(/docker is not used .*embedded is chosen.*`offshoot up` would adopt the database offshoot\/\S+ \(embedded\)/),
  ]);
  expect((await project.offshoot(["up"], PREFERRED)).stderr).toContain("adopted");
});
