import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";

let project: Project;

beforeAll(async () => {
  project = await makeProject();
});

afterAll(() => project.remove());

const NON_BLOCKING = 0o4000;

test.runIf(process.platform === "linux")(
  "the output of a command stays blocking after its first session, so that no part of it is lost",
  async () => {
    await project.offshoot(["up"]);
    const script = "psql -Atc 'select 1' >/dev/null; sleep 1; grep flags /proc/self/fdinfo/2";
    const { stderr, stdout } = await project.offshoot(["migrate", "--", "sh", "-c", script]);
    const flags = /flags:\s*(\d+)/.exec(stdout + stderr)?.[1];
    expect({ flags, stderr }).toMatchObject({ flags: expect.any(String) });
    expect(Number.parseInt(flags ?? "", 8) & NON_BLOCKING).toBe(0);
  },
);
