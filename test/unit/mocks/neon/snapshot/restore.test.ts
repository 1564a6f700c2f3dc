import { expect, test } from "vitest";
import { body, createMockClient } from "../../../../support/neon-mock.ts";

async function withSnapshot() {
  const mock = await createMockClient();
  const [main = ""] = mock.neon.state.projects.get(mock.neon.projectId)?.branches.keys() ?? [];
  const { id } = body(await mock.call("POST", `/branches/${main}/snapshot?name=before`))["snapshot"] as { id: string };
  mock.finish();
  const endpoint = async (): Promise<unknown> => body(await mock.call("GET", "/endpoints"))["endpoints"];
  return { ...mock, main, snapshot: id, endpoint };
}

test("a restored snapshot is a new branch, which replaces its target when it is finalized", async () => {
  const { call, endpoint, finish, main, snapshot } = await withSnapshot();
  const restored = body(await call("POST", `/snapshots/${snapshot}/restore`, { name: "preview" }))["branch"] as { id: string };
  finish();
  expect(restored).toMatchObject({ name: "preview", restored_from: snapshot, restored_as: main, restore_status: "restored" });
  expect(await endpoint()).toMatchObject([{ branch_id: main }]);
  expect((await call("POST", `/branches/${restored.id}/finalize_restore`, { name: "replaced" })).status).toBe(200);
  finish();
  expect(await endpoint()).toMatchObject([{ branch_id: restored.id, current_state: "active" }]);
  expect((await call("GET", `/branches/${restored.id}`)).body).toMatchObject({ branch: { name: "main", default: true } });
  expect((await call("GET", `/branches/${main}`)).body).toMatchObject({ branch: { name: "replaced", default: false } });
  expect((await call("POST", `/branches/${restored.id}/finalize_restore`)).status).toBe(422);
});

test("finalize_restore replaces the target at once", async () => {
  const { call, endpoint, finish, snapshot } = await withSnapshot();
  const reply = await call("POST", `/snapshots/${snapshot}/restore`, { finalize_restore: true });
  finish();
  expect(await endpoint()).toMatchObject([{ branch_id: (body(reply)["branch"] as { id: string }).id }]);
});
