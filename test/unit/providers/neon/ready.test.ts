import { describe, expect, test } from "vitest";
import { connectionError } from "../../../../src/postgres/connect.ts";
import type { Dependencies } from "../../../../src/providers/neon/options.ts";
import { hasFailed, isTransientLoginFailure } from "../../../../src/providers/neon/ready.ts";
import { createHarness, requestFor, requireDatabase } from "../../../support/neon-harness.ts";

describe("waiting for a new branch", () => {
  test("ends when a query was answered, even if operations are still running", async () => {
    const harness = await createHarness({ operationMs: 60_000 });
    requireDatabase(await harness.provider().acquire(requestFor("run-1"), harness.limits()));
    expect(harness.calls()).toEqual(["POST /branches", "GET /branches/{branch_id}"]);
  });

  test("fails with the name of a failed operation, and deletes the branch", async () => {
    const harness = await createHarness({ operationMs: 3000 });
    harness.neon.state.operationFaults.push({ action: "start_compute", status: "failed", times: -1 });
    const provider = harness.provider({ dependencies: { probe: () => new Promise(() => {}) } });
    await expect(provider.acquire(requestFor("run-1"), harness.limits())).rejects.toMatchObject({
      code: "PROVIDER_REJECTED",
      message: expect.stringContaining("start_compute"),
    });
    expect(harness.names()).toEqual([]);
  });

  test("keeps the branch after a timeout, and emits a warning with its name", async () => {
    const harness = await createHarness();
    const provider = harness.provider({
      dependencies: {
        async probe(_, within) {
          for (;;) await within.pause(1000);
        },
      },
    });
    await expect(provider.acquire(requestFor("run-1"), harness.limits(10_000))).rejects.toMatchObject({ code: "TIMED_OUT" });
    expect(harness.names()).toEqual(["offshoot/acme/shop/run-1"]);
    expect(harness.events).toContainEqual({ kind: "warning", text: expect.stringContaining("offshoot down") });
  });
});

test("a database that was dropped with SQL is named with those that exist", async () => {
  const harness = await createHarness({ databases: 2 });
  const dropped = Object.assign(new Error('database "database_2" does not exist'), { code: "3D000" });
  const probe: Dependencies["probe"] = async (url, within, { isPassing }) => {
    for (;;) {
      if (isPassing?.(dropped) !== true) throw connectionError(url, dropped);
      await within.pause(1000);
    }
  };
  const acquire = (readDatabases: Dependencies["readDatabases"]) =>
    harness
      .provider({ choices: { database: "database_2", role: "neondb_owner" }, dependencies: { probe, readDatabases } })
      .acquire(requestFor("run-1"), harness.limits());
  await expect(acquire(async () => ["neondb", "database_3"])).rejects.toMatchObject({
    code: "CONNECTION_FAILED",
    meaning: expect.stringMatching(/was dropped or renamed with SQL, .*\. Its databases: neondb, database_3\. Did you mean database_3\?$/),
  });
  // The names are an addition. Without them, the error is the same.
  await expect(acquire(() => Promise.reject(new Error("no")))).rejects.toMatchObject({
    meaning: expect.stringMatching(/by a migration\.$/),
  });
});

describe("a refused login", () => {
  test.each([
    ["28P01", true, true],
    ["28P01", false, false],
    ["XX000", false, false],
    ["42501", true, false],
  ])("with SQLSTATE %s (fresh branch: %j) is transient: %j", (code, isFresh, expected) => {
    expect(isTransientLoginFailure(Object.assign(new Error("no"), { code }), isFresh)).toBe(expected);
  });

  test("is transient if the compute does not exist yet", () => {
    expect(isTransientLoginFailure(new Error("The requested endpoint could not be found, or you don't have access to it."), false)).toBe(
      true,
    );
  });
});

test("an operation that Neon retries has not failed", () => {
  const operation = { id: "o", action: "start_compute", status: "failed" };
  expect(hasFailed(operation)).toBe(true);
  expect(hasFailed({ ...operation, retry_at: "2026-11-01T12:00:00Z" })).toBe(false);
});
