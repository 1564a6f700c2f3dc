import { describe, expect, test } from "vitest";
import { createHarness, type NeonHarness, requestFor, requireDatabase, START } from "../../../support/neon-harness.ts";

const acquire = (harness: NeonHarness) => harness.provider().acquire(requestFor("run-1"), harness.limits());
const NAME = "offshoot/acme/shop/run-1";
const READ = "GET /branches/{branch_id}";

describe("a branch whose owner tag Neon does not keep", () => {
  test.each([true, false])("is deleted again at the create, with an error (the compute answers at once: %s)", async (answers) => {
    const harness = await createHarness({ switches: { annotations: "dropped" } });
    const dependencies = answers ? {} : { probe: () => new Promise<never>(() => {}) };
    await expect(harness.provider({ dependencies }).acquire(requestFor("run-1"), harness.limits())).rejects.toMatchObject({
      code: "PROVIDER_REJECTED",
      message: expect.stringMatching(
        /^Neon created the branch offshoot\/acme\/shop\/run-1 \(br-.+\) without the owner tag .* deleted again\.$/,
      ),
      remedy: expect.stringContaining("NEON_API_HOST"),
    });
    expect(harness.names()).toEqual([]);
    expect(harness.calls().filter((call) => call.startsWith("DELETE"))).toHaveLength(1);
    expect(harness.clock.now() - START).toBeLessThan(5000);
  });

  test("is deleted again although the process was stopped for so long that the time for reading it was over", async () => {
    const harness = await createHarness({ switches: { annotations: "dropped", readLag: 1 } });
    const probe = async (): Promise<number> => {
      harness.clock.advance(20_000);
      return 17;
    };
    const acquiring = harness.provider({ dependencies: { probe } }).acquire(requestFor("run-1"), harness.limits());
    await expect(acquiring).rejects.toMatchObject({ message: expect.stringContaining("without the owner tag") });
    expect(harness.names()).toEqual([]);
  });

  test("is named with its expiry if it cannot be deleted", async () => {
    const harness = await createHarness({ switches: { annotations: "dropped" } });
    harness.fault({ method: "DELETE", status: 403, message: "forbidden", times: -1 });
    await expect(acquire(harness)).rejects.toMatchObject({
      message: expect.stringContaining("could not be deleted again"),
      meaning: expect.stringContaining("This branch expires at 2026-11-01 14:00 UTC."),
      remedy: expect.stringContaining("Delete the branch in Neon."),
    });
    expect(harness.names()).toEqual([NAME]);
    expect(harness.events).not.toContainEqual({ kind: "warning", text: expect.stringContaining("offshoot down") });
  });

  test("is never deleted for its name and expiry alone", async () => {
    const harness = await createHarness({ switches: { annotations: "dropped" } });
    harness.fault({ method: "POST", route: "/projects/*/branches", drop: "after" });
    await expect(acquire(harness)).rejects.toMatchObject({ code: "NOT_OURS" });
    await expect(harness.provider().release(NAME, harness.limits())).rejects.toMatchObject({ code: "NOT_OURS" });
    expect(harness.names()).toEqual([NAME]);
  });

  test("is deleted as a copy to read from, too", async () => {
    const harness = await createHarness({ switches: { annotations: "dropped" } });
    const reading = harness.provider().reach?.({ branch: undefined, at: undefined, copy: true }, requestFor("copy"), harness.limits());
    await expect(reading).rejects.toMatchObject({ message: expect.stringContaining("without the owner tag") });
    expect(harness.names()).toEqual([]);
  });
});

test("a refused owner tag is an error, and no branch is created without it", async () => {
  const harness = await createHarness({ switches: { annotations: "refused" } });
  await expect(acquire(harness)).rejects.toMatchObject({
    code: "PROVIDER_REJECTED",
    message: "Neon refused the owner tag of the branch: annotation_value is not supported.",
    meaning: expect.stringContaining("No branch was created."),
  });
  expect(harness.calls()).toEqual(["POST /branches"]);
});

test("the tag is read while the compute starts, and never delays the branch", async () => {
  const harness = await createHarness();
  let reads = 0;
  const probe = async (): Promise<number> => {
    while (!harness.calls().includes(READ) && reads < 100) {
      reads += 1;
      await new Promise(setImmediate);
    }
    return 17;
  };
  requireDatabase(await harness.provider({ dependencies: { probe } }).acquire(requestFor("run-1"), harness.limits()));
  expect(harness.calls()).toEqual(["POST /branches", READ]);
  expect(reads).toBeLessThan(100);
});

test.each([
  ["does not know the branch yet", { readLag: 2 }, {}],
  ["is busy", {}, { method: "GET", route: "/projects/*/branches/br-*", status: 503, times: 2 }],
])("a server that %s is asked again", async (_, switches, fault) => {
  const harness = await createHarness({ switches });
  if ("status" in fault) harness.fault(fault);
  requireDatabase(await acquire(harness));
  expect(harness.calls().filter((call) => call === READ)).toHaveLength(3);
  expect(harness.events.filter(({ kind }) => kind === "warning")).toEqual([]);
});

test("a tag that is shown later than the branch is waited for", async () => {
  const harness = await createHarness();
  let reads = 0;
  const adapter = async (config: { readonly url?: string; readonly method?: string }) => {
    const reply = (await harness.adapter(config)) as { readonly data: object };
    if (config.method !== "get" || !/\/branches\/br-[^/]+$/.test(config.url ?? "")) return reply;
    reads += 1;
    return reads > 2 ? reply : { ...reply, data: { ...reply.data, annotation: {} } };
  };
  const provider = harness.provider({ dependencies: { adapter: adapter as never } });
  requireDatabase(await provider.acquire(requestFor("run-1"), harness.limits()));
  expect([reads, harness.names()]).toEqual([3, [NAME]]);
});

test("a tag that cannot be read for seconds is a warning, and the branch is used", async () => {
  const harness = await createHarness();
  harness.fault({ method: "GET", route: "/projects/*/branches/br-*", status: 500, message: "no", times: -1 });
  requireDatabase(await acquire(harness));
  expect(harness.events).toContainEqual({
    kind: "warning",
    text: expect.stringContaining("did not show whether it has kept the owner tag"),
  });
  expect(harness.clock.now() - START).toBeLessThan(9000);
});
