import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type Diagnosis, doctor } from "../../../src/commands/doctor.ts";
import { freePort } from "../../../src/providers/local/cluster/start.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { type MockServer, startMock } from "../../support/mock-server.ts";

let mock: MockServer;
let project: Project;
beforeAll(async () => {
  mock = await startMock();
  project = await makeProject({});
});
afterAll(async () => {
  await project.remove();
  await mock.stop();
});

const diagnose = (
  env: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, unknown>>,
  offline = false,
): Promise<Diagnosis> =>
  doctor({ cwd: project.directory, env: { PATH: process.env["PATH"] ?? "", ...env }, settings: { run: "t", ...settings }, offline });

const calls = async (): Promise<number> => ((await mock.control("GET", "calls")) as { log: unknown[] }).log.length;

describe("doctor", () => {
  test("asks Neon what `up` would do, and shows how connections are verified", async () => {
    const found = await diagnose(mock.env, { provider: "neon" });
    expect(found).toMatchObject({
      chosen: "neon",
      failed: false,
      outlook: expect.stringMatching(/^`offshoot up` would create the branch offshoot\/.* from main \(neon\)\.$/),
      transport: {
        sslmode: "verify-full",
        verifies: expect.stringContaining("the certificate and the host name"),
        fence: expect.stringMatching(/^on/),
      },
    });
    const require = await diagnose(mock.env, { provider: "neon", "neon.sslmode": "require", "migrations.fence": "off" });
    expect(require.transport).toMatchObject({ verifies: "nothing: neon.sslmode is require", fence: "off: migrations.fence is off" });
  });

  test("reports that `up` would fail for a wrong key, and exits with 13", async () => {
    const env = { ...mock.env, NEON_API_KEY: "napi_wrong", OFFSHOOT_PROVIDER: "neon" };
    expect(await diagnose(env, {})).toMatchObject({ chosen: "neon", failed: true, outlook: expect.stringContaining("would fail on neon") });
    const { code, stdout } = await project.call(["doctor"], env);
    expect([code, stdout]).toEqual([13, expect.stringMatching(/^ {4}key +FAILED +Neon did not/m)]);
    expect(stdout).not.toContain("napi_wrong");
  });

  test("makes no call with --offline", async () => {
    const before = await calls();
    expect(await diagnose(mock.env, { provider: "neon" }, true)).toMatchObject({
      chosen: "neon",
      providers: [{ name: "neon", checks: [] }],
      outlook: expect.stringContaining("--offline"),
    });
    const port = await freePort();
    const url = `postgresql://a:b@127.0.0.1:${port}/c`;
    expect((await diagnose({ OFFSHOOT_EXISTING_URL: url }, { provider: "existing" }, true)).providers).toMatchObject([
      { refusal: undefined },
    ]);
    expect(await calls()).toBe(before);
  });

  test("connects to the server of `existing`, and names the port that does not answer", async () => {
    const found = await diagnose({ OFFSHOOT_EXISTING_URL: inject("serverUrl") }, { provider: "existing" });
    expect(found.providers).toMatchObject([
      { checks: [{ name: "server", state: "ok", text: expect.stringMatching(/127\.0\.0\.1:\d+ answers: PostgreSQL \d+/) }] },
    ]);
    expect(found.outlook).toMatch(/would create the database offshoot_/);
    const port = await freePort();
    const closed = await diagnose({ OFFSHOOT_EXISTING_URL: `postgresql://a:b@127.0.0.1:${port}/c` }, { provider: "existing" });
    expect(closed).toMatchObject({
      chosen: undefined,
      providers: [{ refusal: { code: "unreachable", text: expect.stringContaining(`:${port}`) } }],
    });
  });
});
