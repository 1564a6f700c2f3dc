import { expect, test } from "vitest";
import { branchName } from "../../../../src/identity/name.ts";
import { baseRequestFor, createHarness, requestFor, runOf } from "../../../support/neon-harness.ts";

const neverMigrated = (): Promise<never> => Promise.reject(new Error("must not be called"));
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

test("a wanted major version that the project does not have is refused before anything is created", async () => {
  const harness = await createHarness({ postgresMajor: 18 });
  const acquire = (major: number) => harness.provider().acquire({ ...requestFor("run-1"), major }, harness.limits());
  const refused = await acquire(15);
  expect(refused).toMatchObject({
    kind: "refusal",
    code: "postgres-version",
    mayFallBack: false,
    text: `The Neon project ${harness.neon.projectId} has PostgreSQL 18, but the setting postgres is 15.`,
    remedy: expect.stringContaining("--postgres, OFFSHOOT_POSTGRES) to 18"),
  });
  expect([harness.calls(), harness.names()]).toEqual([["GET "], []]);
  // Also where another job has created the branch.
  expect(await acquire(18)).toMatchObject({ origin: "created" });
  expect(await acquire(15)).toMatchObject({ code: "postgres-version" });
  expect(await harness.provider().examine(NAME, harness.limits(), 15)).toMatchObject({
    action: undefined,
    refusal: { code: "postgres-version" },
    checks: expect.arrayContaining([expect.objectContaining({ name: "postgres", state: "failed" })]),
  });
});

test("a base is not created either for another major version", async () => {
  const harness = await createHarness({ postgresMajor: 18 });
  await harness.provider({ base: true }).ensureBase?.({ ...baseRequestFor("f".repeat(64)), major: 15 }, harness.limits(), neverMigrated);
  expect(harness.names()).toEqual([]);
});

test("an outage while the version is read lets another provider serve, and a rejected key is an error", async () => {
  const harness = await createHarness();
  harness.fault({ method: "GET", status: 503, times: -1 });
  const acquire = () => harness.provider().acquire({ ...requestFor("run-1"), major: 17 }, harness.limits());
  expect(await acquire()).toMatchObject({ code: "outage", mayFallBack: true });
  harness.neon.faults.length = 0;
  harness.fault({ method: "GET", status: 401, message: "authorization failed", times: -1 });
  await expect(acquire()).rejects.toMatchObject({ code: "PROVIDER_REJECTED" });
  expect(harness.names()).toEqual([]);
});
