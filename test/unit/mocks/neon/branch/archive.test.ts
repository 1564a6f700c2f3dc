import { expect, test } from "vitest";
import { insertBranches } from "../../../../../mocks/neon/control.ts";
import { createMockClient } from "../../../../support/neon-mock.ts";

async function withArchived(unarchivedLimit = 0) {
  const mock = await createMockClient({ switches: { unarchivedLimit } });
  const [older] = insertBranches(mock.neon, { branches: [{ name: "older", archived: true }] }) as { id: string }[];
  const [parent] = insertBranches(mock.neon, { branches: [{ name: "parent", archived: true, parent_id: older?.id }] }) as { id: string }[];
  const states = async (): Promise<unknown[]> => {
    const replies = await Promise.all([older, parent].map((each) => mock.call("GET", `/branches/${each?.id}`)));
    return replies.map((reply) => (reply.body as { branch: { current_state: string } }).branch.current_state);
  };
  return { ...mock, parent: parent?.id ?? "", states };
}

test("a child of an archived branch unarchives its parents first, which takes longer", async () => {
  const { branch, finish, parent, states } = await withArchived();
  expect(await states()).toEqual(["archived", "archived"]);
  const { operations } = await branch("child", { parent_id: parent });
  expect(operations.map(({ action }) => action)).toEqual(["timeline_unarchive", "timeline_unarchive", "create_branch", "start_compute"]);
  finish();
  expect(await states()).toEqual(["ready", "ready"]);
});

test("a branch is refused if it would make more branches unarchived than the plan allows", async () => {
  const { branch, call, parent } = await withArchived(3);
  expect(await call("POST", "/branches", { branch: { parent_id: parent } })).toMatchObject({
    status: 422,
    body: { message: "unarchived branches limit exceeded" },
  });
  await branch("of-main");
  await branch("archived", { archived: true });
});

test("a branch can be created archived", async () => {
  const { branch, call, finish } = await withArchived();
  const { branch: made, operations } = await branch("cold", { archived: true });
  expect(operations.map(({ action }) => action)).toEqual(["create_branch"]);
  finish();
  expect((await call("GET", `/branches/${made.id}`)).body).toMatchObject({ branch: { current_state: "archived" } });
});
