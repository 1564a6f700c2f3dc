import { describe, expect, test } from "vitest";
import { expiryProblemOf } from "../../../../src/providers/neon/expiry-refusals.ts";
import { createHarness, type NeonHarness, requestFor, requireDatabase, START, taggedBranch } from "../../../support/neon-harness.ts";

const HOUR = 3_600_000;
const POST = { method: "POST", route: "/projects/*/branches" };
const facts = (status: number, neonMessage: string, neonCode = "") =>
  ({
    status,
    neonCode,
    neonMessage,
    isInForm: true,
    requestId: undefined,
    network: undefined,
    isNeverSent: false,
    retryAfterMs: undefined,
  }) as const;
const warnings = (harness: NeonHarness) => harness.events.flatMap((event) => (event.kind === "warning" ? [event.text] : []));

describe("a refusal", () => {
  test.each([
    [422, "expires_at must be in the future", "past"],
    [400, "expires_at must be at most 30 days from now", "late"],
    [422, "branch expiration is not available for this project", "unavailable"],
    [403, "expires_at: this feature is in early access", "unavailable"],
    [422, "a branch with an expiration cannot have children", "parent"],
    [422, "expiration of the parent branch", "parent"],
    [401, "API key has expired", undefined],
    [403, "the API key expired on 2026-11-01", undefined],
    [403, "your trial has expired; branches cannot be created", undefined],
    [422, "the expiration date of your card has passed, branch creation is disabled", undefined],
    [422, "token expired", undefined],
    [422, "branches limit exceeded", undefined],
    [423, "expires_at must be in the future", undefined],
  ] as const)("with status %i and the text %j is about the expiry of the branch: %s", (status, message, problem) => {
    expect(expiryProblemOf(facts(status, message))).toBe(problem);
  });

  test("is recognised by its code alone", () => {
    expect(expiryProblemOf(facts(422, "not allowed", "BRANCH_EXPIRATION_NOT_ALLOWED"))).toBe("unavailable");
  });
});

describe("a branch gets its expiry or an error", () => {
  test.each([401, 403])("if the API key has expired (status %i)", async (status) => {
    const harness = await createHarness();
    harness.fault({ ...POST, status, message: "API key has expired", times: -1 });
    await expect(harness.provider().acquire(requestFor("run-1"), harness.limits())).rejects.toMatchObject({
      code: "PROVIDER_REJECTED",
      message: expect.stringContaining("API key has expired"),
    });
    expect(harness.names()).toEqual([]);
    // After a 403 the error names the projects that the key can read.
    expect(harness.calls()).toEqual(["POST /branches", ...(status === 403 ? ["GET /projects"] : [])]);
  });

  test("if the parent expires", async () => {
    const harness = await createHarness();
    const [parent] = harness.insert([taggedBranch("short-lived")]);
    const provider = harness.provider({ choices: { parent: parent?.id ?? "" } });
    await expect(provider.acquire(requestFor("run-1"), harness.limits())).rejects.toMatchObject({
      message: `Neon created no branch from ${parent?.id}, because that branch expires: a branch with an expiration cannot have children.`,
      remedy: expect.stringContaining("neon.parent"),
    });
    expect(harness.calls().filter((call) => call === "POST /branches")).toHaveLength(1);
  });

  test("if the time to live of a second is over before Neon has the request", async () => {
    const harness = await createHarness();
    const wanted = requestFor("run-1", { ttlMs: 1000 });
    harness.clock.advance(1500);
    await expect(harness.provider().acquire(wanted, harness.limits())).rejects.toMatchObject({
      message: "Neon refused the expiry 2026-11-01T12:00:01Z of the branch: expires_at must be in the future.",
      meaning: expect.stringContaining("too short"),
      remedy: expect.stringContaining("--ttl 30m"),
    });
    expect(harness.names()).toEqual([]);
  });

  test.each([-5 * HOUR, 5 * HOUR, 31 * 24 * HOUR])("if the clock of this machine is wrong by %i ms", async (skewMs) => {
    const harness = await createHarness();
    const provider = harness.provider({ dependencies: { now: () => new Date(harness.clock.now() + skewMs) } });
    const wanted = requestFor("run-1", { at: harness.clock.now() + skewMs });
    const database = requireDatabase(await provider.acquire(wanted, harness.limits()));
    expect(database.expiresAt).toEqual(new Date(START + 2 * HOUR));
    expect(warnings(harness)).toEqual([expect.stringMatching(/^The clock of this machine is /)]);
  });
});

describe("a refused expiry", () => {
  test.each(["refused", "ignored"] as const)(
    "leaves a branch that sweep deletes, and a warning says after when (%s)",
    async (expiresAt) => {
      const harness = await createHarness({ switches: { expiresAt } });
      const database = requireDatabase(await harness.provider().acquire(requestFor("run-1"), harness.limits()));
      expect(database.expiresAt).toBeUndefined();
      expect(warnings(harness)).toEqual([
        expect.stringContaining(
          "`offshoot sweep --yes` deletes it after 2026-11-01T14:00:00Z, and `npx offshoot down --run run-1` deletes it at once.",
        ),
      ]);
      expect(await harness.provider().list(harness.limits())).toMatchObject([{ expiresAt: new Date(START + 2 * HOUR) }]);
    },
  );

  test("that is too late is replaced by an earlier one", async () => {
    const harness = await createHarness();
    harness.fault({ ...POST, status: 422, message: "expires_at must be at most 14 days from now" });
    const wanted = requestFor("run-1", { ttlMs: 20 * 24 * HOUR });
    const database = requireDatabase(await harness.provider().acquire(wanted, harness.limits()));
    expect(Math.abs((database.expiresAt?.getTime() ?? 0) - START - 7 * 24 * HOUR)).toBeLessThan(2000);
    expect(warnings(harness)).toEqual([expect.stringContaining("An earlier one is tried.")]);
  });

  test("of every length leaves a branch with a warning, after a few tries", async () => {
    const harness = await createHarness();
    harness.fault({ ...POST, status: 422, message: "expires_at is too late", times: 4 });
    requireDatabase(await harness.provider().acquire(requestFor("run-1", { ttlMs: 20 * 24 * HOUR }), harness.limits()));
    expect(harness.calls().filter((call) => call === "POST /branches")).toHaveLength(5);
    expect(warnings(harness).at(-1)).toContain("deletes it after 2026-11-21T12:00:00Z");
  });
});
