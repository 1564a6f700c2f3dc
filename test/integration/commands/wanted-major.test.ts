import { expect, inject, onTestFinished, test } from "vitest";
import { makeProject } from "../../support/cli.ts";

test("another version than that of the server is an error of `up`, and a warning of the commands that use an existing database", async () => {
  const project = await makeProject({ OFFSHOOT_PROVIDER: "existing", OFFSHOOT_EXISTING_URL: inject("serverUrl") });
  onTestFinished(() => project.remove());
  const wrong = ["--run", "wanted-major", "--postgres", "14"];
  const refused = await project.call(["up", ...wrong]);
  expect(refused.code).toBe(13);
  expect(refused.stderr).toMatch(/existing: The server \S+ has PostgreSQL 1[5-8], but the setting postgres is 14\.\n.*\n.*Set postgres/);
  const { stdout } = await project.call(["list"]);
  expect(stdout).not.toContain("wanted-major");
  expect(await project.call(["up", "--run", "wanted-major"])).toMatchObject({ code: 0 });
  onTestFinished(async () => void (await project.call(["down", "--run", "wanted-major"])));
  for (const command of [["env"], ["migrate", "--", "true"]]) {
    const [name = "", ...rest] = command;
    const { code, stderr } = await project.call([name, ...wrong, ...rest]);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/has PostgreSQL 1[5-8] \(existing\), but the setting postgres is 14\./)]);
  }
});
