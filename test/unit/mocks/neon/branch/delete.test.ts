import { describe, expect, test } from "vitest";
import { body, createMockClient, START } from "../../../../support/neon-mock.ts";

const at = (ms: number): string => new Date(START + ms).toISOString();
const DAY = 86_400_000;

describe("deleting a branch", () => {
  test("suspends the compute, deletes the data, and returns 204 afterwards", async () => {
    const { branch, call, finish } = await createMockClient();
    const { branch: made } = await branch("a");
    finish();
    const reply = await call("DELETE", `/branches/${made.id}`);
    const actions = (body(reply)["operations"] as { action: string }[]).map(({ action }) => action);
    expect(reply).toMatchObject({ status: 200, body: { branch: { pending_state: "storage_deleted" } } });
    expect(actions).toEqual(["suspend_compute", "delete_timeline"]);
    finish();
    expect((await call("GET", `/branches/${made.id}`)).status).toBe(404);
    expect((await call("DELETE", `/branches/${made.id}`)).status).toBe(204);
  });

  test("is refused for the default branch, a protected branch, and a branch with children", async () => {
    const { branch, call, finish, neon } = await createMockClient();
    const { branch: parent } = await branch("parent");
    const { branch: guarded } = await branch("guarded", { protected: true });
    finish();
    const { branch: child } = await branch("child", { parent_id: parent.id });
    finish();
    const main = [...(neon.state.projects.get(neon.projectId)?.branches.keys() ?? [])][0];
    expect((await call("DELETE", `/branches/${main}`)).status).toBe(422);
    expect((await call("DELETE", `/branches/${guarded.id}`)).status).toBe(422);
    const withChildren = await call("DELETE", `/branches/${parent.id}`);
    expect(withChildren).toMatchObject({ status: 422, body: { message: `cannot delete branch that has children: ${parent.id}` } });
    await call("DELETE", `/branches/${child.id}`);
    expect((await call("DELETE", `/branches/${parent.id}`)).status).toBe(200);
  });

  test("follows the switches deleteMissing, deleteDeleting, deletingVisible and deleteDefaultStatus", async () => {
    const { call, branch, finish, neon } = await createMockClient({
      switches: { deleteMissing: 404, deleteDeleting: 423, deletingVisible: false },
    });
    const { branch: made } = await branch("a");
    finish();
    await call("DELETE", `/branches/${made.id}`);
    expect((await call("GET", `/branches/${made.id}`)).status).toBe(404);
    expect((await call("DELETE", `/branches/${made.id}`)).status).toBe(423);
    finish();
    expect((await call("DELETE", `/branches/${made.id}`)).status).toBe(404);
    neon.switches.deleteDefaultStatus = 403;
    const main = [...(neon.state.projects.get(neon.projectId)?.branches.keys() ?? [])][0];
    expect((await call("DELETE", `/branches/${main}`)).status).toBe(403);
  });

  test("keeps a recoverable branch with the switch softDelete", async () => {
    const { call, branch, finish, neon } = await createMockClient({ switches: { softDelete: true, deletedNameBlocks: true } });
    const { branch: made } = await branch("a", { expires_at: at(DAY) });
    finish();
    await call("DELETE", `/branches/${made.id}`);
    finish();
    const listed = body(await call("GET", "/branches?include_deleted=true&search=a"))["branches"] as Record<string, unknown>[];
    expect(listed.find((entry) => entry["id"] === made.id)).toMatchObject({ recovery: { deletion_method: "user" } });
    expect((await call("POST", "/branches", { branch: { name: "a" } })).status).toBe(409);
    neon.switches.deletedNameBlocks = false;
    const recovered = await call("POST", `/branches/${made.id}/recover`);
    expect(recovered.status).toBe(200);
    expect(recovered.body).not.toHaveProperty("branch.expires_at");
  });
});
