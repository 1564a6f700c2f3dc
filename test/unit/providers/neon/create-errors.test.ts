import { describe, expect, test } from "vitest";
import { baseRequestFor, createHarness, type NeonHarness, requestFor, START, taggedBranch } from "../../../support/neon-harness.ts";

const acquire = (harness: NeonHarness, options: Parameters<NeonHarness["provider"]>[0] = {}, withinMs?: number) =>
  harness.provider(options).acquire(requestFor("run-1"), harness.limits(withinMs));

describe("an outage", () => {
  test("that is longer than the retries is a refusal, and nothing is created", async () => {
    const harness = await createHarness();
    harness.fault({ status: 503, message: "unavailable", times: -1 });
    expect(await acquire(harness)).toMatchObject({ kind: "refusal", code: "outage", mayFallBack: true });
    expect(harness.names()).toEqual([]);
    // Time must be left for the next provider.
    expect(harness.clock.now() - START).toBeLessThan(150_000);
  });

  test("of every create is a refusal without a warning if the searches find no branch", async () => {
    const harness = await createHarness();
    harness.fault({ method: "POST", status: 500, times: -1 });
    expect(await acquire(harness, {}, 60_000)).toMatchObject({ kind: "refusal", code: "outage", mayFallBack: true });
    expect(harness.events.filter(({ kind }) => kind === "warning")).toEqual([]);
  });

  test("of the create and of the searches is a refusal with a warning that names the branch", async () => {
    const harness = await createHarness();
    harness.fault({ method: "POST", drop: "after" });
    harness.fault({ method: "GET", status: 500, times: -1 });
    expect(await acquire(harness)).toMatchObject({ kind: "refusal", code: "outage" });
    expect(harness.events).toContainEqual({ kind: "warning", text: expect.stringMatching(/offshoot\/acme\/shop\/run-1.*offshoot down/) });
  });
});

test("the searches after a page of a proxy wait on the clock that the provider got", async () => {
  const harness = await createHarness();
  harness.fault({ method: "POST", status: 503, html: "<html>busy</html>", times: -1 });
  harness.fault({ method: "GET", status: 503, html: "<html>busy</html>", times: -1 });
  await acquire(harness, {}, 60_000);
  // On the real clock, the test would need this time and the given clock would show none of it.
  expect(harness.clock.now() - START).toBeGreaterThanOrEqual(10_000);
});

/** The page of a proxy in reply to each create. */
const page = (status: number) => ({ method: "POST", status, html: "<html>Sign in</html>", times: -1 });

describe("an error that Neon did not send, after a create", () => {
  test.each([302, 304, 401, 403, 404, 418, 423, 429, 503])(
    "leads to a search for the branch, which is adopted (status %i)",
    async (status) => {
      const harness = await createHarness();
      await acquire(harness);
      harness.fault(page(status));
      expect(await acquire(harness)).toMatchObject({ kind: "database", origin: "adopted" });
      expect(harness.names()).toHaveLength(1);
    },
  );

  test.each([423, 429, 503])(
    "counts as a lost reply: the branch that it hides is used, and no second one is created (status %i)",
    async (status) => {
      const harness = await createHarness();
      harness.fault({ ...page(status), worked: true, times: 1 });
      expect(await acquire(harness)).toMatchObject({ kind: "database" });
      expect(harness.calls().slice(0, 2)).toEqual(["POST /branches", "GET /branches"]);
      expect(harness.names()).toHaveLength(1);
    },
  );

  test.each([423, 429, 503])(
    "is never followed by another provider if the searches fail too, and a warning names what may exist (status %i)",
    async (status) => {
      const harness = await createHarness();
      harness.fault({ ...page(status), worked: true });
      harness.fault({ method: "GET", status: 503, html: "<html>busy</html>", times: -1 });
      expect(await acquire(harness)).toMatchObject({ kind: "refusal", code: "outage", mayFallBack: false });
      expect(harness.names()).toEqual(["offshoot/acme/shop/run-1"]);
      expect(harness.events).toContainEqual({
        kind: "warning",
        text: "Neon may have created the branch offshoot/acme/shop/run-1, but its reply was lost. If it exists, it expires at 2026-11-01T14:00:00Z. `npx offshoot down --run run-1` deletes it now.",
      });
      // A second POST before a search has worked could create a second branch where Neon allows a name twice.
      expect(harness.calls().filter((call) => call.startsWith("POST"))).toHaveLength(1);
      expect(harness.clock.now() - START).toBeLessThan(150_000);
    },
  );

  test("keeps a run from another provider if it was about the base of the run", async () => {
    const harness = await createHarness();
    const provider = harness.provider({ base: true });
    harness.fault({ ...page(503), worked: true, times: 1 });
    // The base is searched, then created; the search after that fails for as long as it is tried, and then the project is at its limit.
    harness.fault({ method: "GET", status: 503, message: "no", skip: 1, times: -1 });
    harness.fault({ method: "POST", status: 422, code: "BRANCHES_LIMIT_EXCEEDED", message: "branches limit exceeded", times: -1 });
    const fingerprint = "f".repeat(64);
    expect(await provider.ensureBase?.(baseRequestFor(fingerprint), harness.limits(), async () => {})).toBeUndefined();
    expect(harness.names()).toHaveLength(1);
    // `offshoot down` deletes no base.
    expect(harness.events).toContainEqual({
      kind: "warning",
      text: expect.stringMatching(/\/building, but its .* `offshoot sweep` lists it\.$/),
    });
    harness.neon.faults.splice(1, 1);
    const own = await provider.acquire(requestFor("run-1"), harness.limits());
    expect(own).toMatchObject({ kind: "refusal", code: "branch-limit", mayFallBack: false });
  });

  test.each([429, 503])("is a refusal without a warning if the search finds no branch (status %i)", async (status) => {
    const harness = await createHarness();
    harness.fault(page(status));
    expect(await acquire(harness, {}, 60_000)).toMatchObject({ kind: "refusal", code: "outage", mayFallBack: true });
    expect(harness.events.filter(({ kind }) => kind === "warning")).toEqual([]);
  });

  test("is a warning that names the branch if the search fails too", async () => {
    const harness = await createHarness();
    harness.fault({ status: 401, html: "<html>Sign in</html>", times: -1 });
    await expect(acquire(harness)).rejects.toMatchObject({ code: "PROVIDER_REJECTED" });
    expect(harness.events).toContainEqual({ kind: "warning", text: expect.stringMatching(/offshoot\/acme\/shop\/run-1.*offshoot down/) });
  });

  test("leads to a search, too, if the name is taken and the status is that of a limit", async () => {
    const harness = await createHarness();
    await acquire(harness);
    harness.fault({ method: "POST", status: 429, code: "BRANCH_ALREADY_EXISTS", message: "branch already exists", times: -1 });
    expect(await acquire(harness)).toMatchObject({ kind: "database", origin: "adopted" });
  });
});

test("a command that ends before the reply to its create names the branch that may exist", async () => {
  const harness = await createHarness();
  const ended = new AbortController();
  const adapter = async (config: { readonly method?: string }) => {
    const reply = await harness.adapter(config);
    if (config.method === "post") ended.abort();
    if (ended.signal.aborted) throw Object.assign(new Error("canceled"), { code: "ERR_CANCELED" });
    return reply;
  };
  const provider = harness.provider({ dependencies: { adapter: adapter as never } });
  await expect(provider.acquire(requestFor("run-1"), harness.limits(300_000, ended.signal))).rejects.toMatchObject({ code: "CANCELLED" });
  expect(harness.names()).toEqual(["offshoot/acme/shop/run-1"]);
  expect(harness.events).toContainEqual({
    kind: "warning",
    text: expect.stringContaining("Neon may have created the branch offshoot/acme/shop/run-1"),
  });
});

describe("at the branch limit", () => {
  test("an expired branch of offshoot is deleted to make room", async () => {
    const harness = await createHarness({ branchLimit: 3, switches: { reapLagMs: 1e9 } });
    harness.insert([taggedBranch("old", { ageMs: 86_400_000, expiresInMs: -3_600_000 }), { name: "somebody's" }]);
    expect(await acquire(harness)).toMatchObject({ kind: "database", origin: "created" });
    expect(harness.names().toSorted()).toEqual(["offshoot/acme/shop/run-1", "somebody's"]);
  });

  test("Neon refuses if no branch may be deleted", async () => {
    const harness = await createHarness({ branchLimit: 3 });
    harness.insert([taggedBranch("young"), { name: "offshoot/somebody's" }]);
    expect(await acquire(harness)).toMatchObject({ kind: "refusal", code: "branch-limit", mayFallBack: true });
    expect(harness.names()).toHaveLength(2);
  });

  test("the limit of unarchived branches is a refusal too", async () => {
    const harness = await createHarness({ switches: { unarchivedLimit: 1 } });
    expect(await acquire(harness)).toMatchObject({ kind: "refusal", code: "branch-limit", mayFallBack: true });
  });

  test("the branch of another job is adopted even if Neon reports the limit first", async () => {
    const harness = await createHarness({ branchLimit: 2, switches: { limitBeforeName: true } });
    await acquire(harness);
    expect(await acquire(harness)).toMatchObject({ kind: "database", origin: "adopted" });
  });

  test("the limit of root branches has its own refusal code", async () => {
    const harness = await createHarness({ rootBranchLimit: 1 });
    expect(await acquire(harness, { choices: { schemaOnly: true } })).toMatchObject({
      code: "root-branch-limit",
      text: expect.stringContaining("its limit of root branches"),
      remedy: expect.stringContaining("neon.schemaOnly"),
    });
  });
});

describe("an error that never falls back to another provider", () => {
  test.each([404, 403] as const)("is thrown for an unknown project (status %i)", async (status) => {
    const harness = await createHarness({ switches: { unknownProjectStatus: status } });
    await expect(acquire(harness, { project: "no-such-project-1" })).rejects.toMatchObject({ code: "PROVIDER_REJECTED" });
  });

  test("lists the projects that the key can read for an unknown project", async () => {
    const harness = await createHarness();
    await expect(acquire(harness, { project: "no-such-project-1" })).rejects.toMatchObject({
      meaning: expect.stringContaining(harness.neon.projectId),
    });
  });

  test.each([["mian"], ["br-no-such-branch1"]])("lists the branches of the project for the unknown parent %s", async (parent) => {
    const harness = await createHarness();
    await expect(acquire(harness, { choices: { parent } })).rejects.toMatchObject({
      code: "PROVIDER_REJECTED",
      meaning: expect.stringContaining("main"),
    });
  });

  test("is thrown for a parent that expires", async () => {
    const harness = await createHarness();
    const [parent] = harness.insert([taggedBranch("short-lived")]);
    await expect(acquire(harness, { choices: { parent: parent?.id ?? "" } })).rejects.toMatchObject({ code: "PROVIDER_REJECTED" });
  });

  test("is thrown for a past state outside of the project's history", async () => {
    const harness = await createHarness();
    await expect(acquire(harness, { choices: { parentAt: "2020-01-01T00:00:00Z" } })).rejects.toMatchObject({ code: "PROVIDER_REJECTED" });
  });
});
