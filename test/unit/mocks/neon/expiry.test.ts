import { describe, expect, test } from "vitest";
import { createMockClient, START } from "../../../support/neon-mock.ts";

const at = (ms: number): string => new Date(START + ms).toISOString();
const DAY = 86_400_000;

describe("the expiry of a branch", () => {
  test("is stored in whole seconds, with the interval", async () => {
    const { branch } = await createMockClient();
    const { branch: made } = await branch("a", { expires_at: "2026-11-01T14:00:00.750+01:00" });
    expect(made).toMatchObject({ expires_at: "2026-11-01T13:00:00Z", ttl_interval_seconds: 3600 });
  });

  test.each([
    ["without an offset", "2026-11-01T14:00:00"],
    ["in the past", at(-1000)],
    ["in more than 30 days", at(30 * DAY + 1000)],
    ["that is not a date", "tomorrow"],
  ])("is refused for a time %s", async (_what, expiresAt) => {
    const { call } = await createMockClient();
    expect((await call("POST", "/branches", { branch: { expires_at: expiresAt } })).status).toBe(422);
  });

  test("is never allowed together with default, protected or children", async () => {
    const { branch, call, finish } = await createMockClient();
    const { branch: brief } = await branch("brief", { expires_at: at(DAY) });
    const { branch: parent } = await branch("parent");
    finish();
    await branch("child", { parent_id: parent.id });
    const expiring = { branch: { expires_at: at(DAY) } };
    expect((await call("POST", "/branches", { branch: { parent_id: brief.id } })).status).toBe(422);
    expect((await call("POST", `/branches/${brief.id}/set_as_default`)).status).toBe(422);
    expect((await call("PATCH", `/branches/${brief.id}`, { branch: { protected: true } })).status).toBe(422);
    expect((await call("PATCH", `/branches/${parent.id}`, expiring)).status).toBe(422);
    expect((await call("POST", "/branches", { branch: { protected: true, expires_at: at(DAY) } })).status).toBe(422);
  });

  test("deletes the branch some time later, unless the expiry was removed", async () => {
    const { branch, call, neon } = await createMockClient();
    const { branch: brief } = await branch("brief", { expires_at: at(60_000) });
    const { branch: spared } = await branch("spared", { expires_at: at(60_000) });
    expect((await call("PATCH", `/branches/${spared.id}`, { branch: { expires_at: null } })).body).not.toHaveProperty("branch.expires_at");
    neon.clock.advance(60_000 + neon.switches.reapLagMs - 1);
    expect((await call("GET", `/branches/${brief.id}`)).status).toBe(200);
    neon.clock.advance(1);
    await call("GET", "/branches");
    neon.clock.advance(1_001);
    expect((await call("GET", `/branches/${brief.id}`)).status).toBe(404);
    expect((await call("GET", `/branches/${spared.id}`)).status).toBe(200);
  });

  test("is refused or ignored with the switch expiresAt", async () => {
    const expiring = { branch: { expires_at: at(DAY) } };
    const refusing = await createMockClient({ switches: { expiresAt: "refused", expiryRuleStatus: 400 } });
    expect((await refusing.call("POST", "/branches", expiring)).status).toBe(400);
    const ignoring = await createMockClient({ switches: { expiresAt: "ignored" } });
    expect((await ignoring.call("POST", "/branches", expiring)).body).not.toHaveProperty("branch.expires_at");
  });
});
