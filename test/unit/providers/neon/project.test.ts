import { expect, test } from "vitest";
import { branchName } from "../../../../src/identity/name.ts";
import { createHarness, runOf } from "../../../support/neon-harness.ts";

const NAME = branchName(runOf("run-1"));

test.each([404, 403] as const)("every command names the projects that the key can read (status %i)", async (unknownProjectStatus) => {
  const harness = await createHarness({ switches: { unknownProjectStatus } });
  const provider = harness.provider({ project: "no-such-project-1" });
  const expected = { code: "PROVIDER_REJECTED", meaning: expect.stringContaining(`${harness.neon.projectId} (mock)`) };
  await expect(provider.find(NAME, harness.limits())).rejects.toMatchObject(expected);
  await expect(provider.list(harness.limits())).rejects.toMatchObject(expected);
  await expect(provider.release(NAME, harness.limits())).rejects.toMatchObject(expected);
});

test("a project that the key can read but must not change keeps Neon's own error", async () => {
  const harness = await createHarness();
  harness.fault({ method: "GET", route: "/projects/*/branches", status: 403, message: "read access only", times: -1 });
  await expect(harness.provider().find(NAME, harness.limits())).rejects.toMatchObject({
    message: expect.stringContaining("read access only"),
  });
});
