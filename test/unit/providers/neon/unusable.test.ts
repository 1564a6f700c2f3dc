import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { setState } from "../../../../mocks/neon/endpoint.ts";
import { theProject } from "../../../../mocks/neon/neon.ts";
import { connectionError } from "../../../../src/postgres/connect.ts";
import { createHarness, type NeonHarness, requestFor, requireDatabase, START } from "../../../support/neon-harness.ts";

const acquire = (harness: NeonHarness) => harness.provider().acquire(requestFor("run-1"), harness.limits());
const NAME = "offshoot/acme/shop/run-1";

const CAPACITY = [
  ["active-limit", "compute-limit"],
  ["compute-quota", "compute-quota"],
  ["branch-quota", "compute-quota"],
  ["transfer-quota", "compute-quota"],
  ["suspended", "compute-quota"],
] as const;

describe.each(CAPACITY)("a compute that Neon does not run (%s)", (computeRefusal, code) => {
  test("is a refusal after the branch that this call created was deleted", async () => {
    const harness = await createHarness({ switches: { computeRefusal } });
    expect(await acquire(harness)).toMatchObject({
      kind: "refusal",
      code,
      mayFallBack: true,
      remedy: expect.stringMatching(/plan|sweep|billing/),
    });
    expect(harness.names()).toEqual([]);
    // Only the number of active computes changes within seconds.
    const waitedMs = harness.clock.now() - START;
    const [least, most] = code === "compute-limit" ? [15_000, 30_000] : [0, 3000];
    expect(waitedMs).toBeGreaterThanOrEqual(least);
    expect(waitedMs).toBeLessThan(most);
  });

  test("is an error for a branch that another job created, and the branch is kept", async () => {
    const harness = await createHarness();
    requireDatabase(await acquire(harness));
    harness.neon.switches.computeRefusal = computeRefusal;
    await expect(acquire(harness)).rejects.toMatchObject({ code: "PROVIDER_REJECTED", facts: { problem: code } });
    await expect(harness.provider().find(NAME, harness.limits())).rejects.toMatchObject({ code: "PROVIDER_REJECTED" });
    expect(harness.names()).toEqual([NAME]);
  });

  test.each([true, false])("is a refusal if the create itself reports it, and nothing is created (with a code: %j)", async (errorCodes) => {
    const harness = await createHarness({ switches: { computeRefusal, computeRefusalAt: "create", errorCodes } });
    expect(await acquire(harness)).toMatchObject({ kind: "refusal", code, mayFallBack: true });
    expect(harness.names()).toEqual([]);
  });

  test("costs few calls, also while the create waits for another compute to be suspended", async () => {
    const harness = await createHarness({ switches: { computeRefusal, computeRefusalAt: "create" } });
    await acquire(harness);
    expect(harness.calls().length).toBeLessThanOrEqual(code === "compute-limit" ? 14 : 2);
  });

  test("is an error if the branch could not be deleted, and a warning names the branch", async () => {
    const harness = await createHarness({ switches: { computeRefusal } });
    harness.fault({ method: "DELETE", status: 403, message: "forbidden", times: -1 });
    await expect(acquire(harness)).rejects.toMatchObject({ code: "PROVIDER_REJECTED" });
    expect(harness.names()).toEqual([NAME]);
    expect(harness.events).toContainEqual({
      kind: "warning",
      text: expect.stringMatching(/run-1 was created and expires at .*offshoot down/),
    });
  });

  test("is an error if the compute runs nevertheless, because another job may use it", async () => {
    const harness = await createHarness({ switches: { computeRefusal }, operationMs: 60_000 });
    const provider = harness.provider({
      dependencies: {
        async probe(url, _, options) {
          for (const endpoint of theProject(harness.neon).endpoints.values()) endpoint.state = "active";
          const thrown = new Error("You have exceeded the limit of concurrently active endpoints.");
          options.isPassing?.(thrown);
          throw connectionError(url, thrown);
        },
      },
    });
    await expect(provider.acquire(requestFor("run-1"), harness.limits())).rejects.toMatchObject({ code: "PROVIDER_REJECTED" });
    expect(harness.names()).toEqual([NAME]);
    expect(harness.events).toContainEqual({ kind: "warning", text: expect.stringContaining("another job may use it") });
  });
});

test("a job waits for the limit of active computes, and gets its database when another compute is suspended", async () => {
  const harness = await createHarness({ switches: { activeComputeLimit: 1 } });
  requireDatabase(await harness.provider().acquire(requestFor("other"), harness.limits()));
  const computes = theProject(harness.neon).endpoints;
  const suspend = (): void => computes.forEach((endpoint) => setState(harness.neon, endpoint, "idle"));
  const limits = harness.limits();
  const waiting = harness.provider().acquire(requestFor("run-1"), limits);
  while (harness.clock.now() < START + 8000) await turn();
  suspend();
  expect(requireDatabase(await waiting)).toMatchObject({ name: NAME, origin: "created" });
});

test("a job that adopted the branch starts over when the job that created it deletes it, and is refused itself", async () => {
  const harness = await createHarness({ switches: { computeRefusal: "active-limit" } });
  const [first, second] = await Promise.all([acquire(harness), acquire(harness)]);
  expect([first, second]).toEqual([
    expect.objectContaining({ kind: "refusal", code: "compute-limit" }),
    expect.objectContaining({ kind: "refusal", code: "compute-limit" }),
  ]);
  expect(harness.names()).toEqual([]);
});

test.each([
  ["address", "The IP allow-list of the Neon project does not contain the address of this machine."],
  ["network", expect.stringContaining("blocks connections")],
] as const)(
  "a connection that the allow-list refuses (%s) is an error at once, and a warning names the branch",
  async (computeRefusal, meaning) => {
    const harness = await createHarness({ switches: { computeRefusal } });
    await expect(acquire(harness)).rejects.toMatchObject({ code: "CONNECTION_FAILED", meaning });
    expect(harness.clock.now() - START).toBeLessThan(3000);
    expect(harness.names()).toEqual([NAME]);
    expect(harness.events).toContainEqual({ kind: "warning", text: expect.stringContaining("offshoot down") });
  },
);

test("an internal error with an unknown text is not retried", async () => {
  const harness = await createHarness({ switches: { computeRefusal: "unknown" } });
  await expect(acquire(harness)).rejects.toMatchObject({
    code: "CONNECTION_FAILED",
    message: expect.stringContaining("a text that no client knows"),
  });
  expect(harness.clock.now() - START).toBeLessThan(3000);
});
