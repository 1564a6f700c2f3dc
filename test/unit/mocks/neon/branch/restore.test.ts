import { describe, expect, test } from "vitest";
import { body, createMockClient, START } from "../../../../support/neon-mock.ts";

const at = (ms: number): string => new Date(START + ms).toISOString();
const DAY = 86_400_000;

describe("restoring a branch", () => {
  test("copies the state of the source, makes the source its parent, and renews the expiry", async () => {
    const { branch, call, finish, neon } = await createMockClient();
    const { branch: source } = await branch("source");
    const { branch: target } = await branch("target", { expires_at: at(DAY) });
    finish();
    neon.clock.advance(3_600_000);
    const reply = await call("POST", `/branches/${target.id}/restore`, { source_branch_id: source.id });
    expect(reply).toMatchObject({ status: 200, body: { branch: { parent_id: source.id, current_state: "resetting" } } });
    const { expires_at: expiresAt, ttl_interval_seconds: seconds } = body(reply)["branch"] as Record<string, unknown>;
    expect(Date.parse(String(expiresAt)) - neon.clock.now()).toBeGreaterThan(DAY - 1_000);
    expect(seconds).toBe(DAY / 1000);
  });

  test("needs a backup name for a branch with children, and moves the children to the backup", async () => {
    const { branch, call, finish } = await createMockClient();
    const { branch: target } = await branch("target");
    const { branch: source } = await branch("source");
    finish();
    const { branch: child } = await branch("child", { parent_id: target.id });
    const restore = `/branches/${target.id}/restore`;
    expect(await call("POST", restore, { source_branch_id: source.id })).toMatchObject({
      status: 422,
      body: { message: "Branch has children, preserve_under_name is required" },
    });
    expect((await call("POST", restore, { source_branch_id: source.id, preserve_under_name: "kept" })).status).toBe(200);
    finish();
    const [kept] = body(await call("GET", "/branches?search=kept"))["branches"] as { id: string }[];
    expect((await call("GET", `/branches/${child.id}`)).body).toMatchObject({ branch: { parent_id: kept?.id } });
  });

  test("to its own past needs a point in time and a backup name", async () => {
    const { branch, call, finish } = await createMockClient();
    const { branch: target } = await branch("target");
    finish();
    const restore = `/branches/${target.id}/restore`;
    expect((await call("POST", restore, { source_branch_id: target.id })).status).toBe(400);
    const past = { source_branch_id: target.id, source_timestamp: at(-1000), preserve_under_name: "kept" };
    expect((await call("POST", restore, past)).status).toBe(200);
  });
});
