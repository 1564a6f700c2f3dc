import { expect, test } from "vitest";
import { control } from "../../../../mocks/neon/control.ts";
import { body, type MockClient, createMockClient } from "../../../support/neon-mock.ts";

async function statuses({ call }: MockClient, operations: readonly { readonly id: string }[]): Promise<unknown[]> {
  const replies = await Promise.all(operations.map(({ id }) => call("GET", `/operations/${id}`)));
  return replies.map((reply) => (body(reply)["operation"] as Record<string, unknown>)["status"]);
}

test("operations run one after another on the clock and change the branch and its compute", async () => {
  const mock = await createMockClient({ operationMs: 1_000 });
  const { branch, endpoints, operations } = await mock.branch("a");
  mock.neon.clock.advance(499);
  expect(await statuses(mock, operations)).toEqual(["running", "scheduling"]);
  mock.neon.clock.advance(1);
  expect(await statuses(mock, operations)).toEqual(["finished", "running"]);
  expect((await mock.call("GET", `/branches/${branch.id}`)).body).toMatchObject({ branch: { current_state: "ready" } });
  expect((await mock.call("GET", `/endpoints/${endpoints[0]?.id}`)).body).toMatchObject({ endpoint: { current_state: "init" } });
  mock.neon.clock.advance(500);
  expect(await statuses(mock, operations)).toEqual(["finished", "finished"]);
  expect((await mock.call("GET", `/endpoints/${endpoints[0]?.id}`)).body).toMatchObject({ endpoint: { current_state: "active" } });
});

test.each(["failed", "error"])("an operation that ends as %s cancels the next operation", async (status) => {
  const mock = await createMockClient();
  await control(mock.neon, "POST", "operation-faults", { action: "create_branch", status });
  const { operations } = await mock.branch("a");
  mock.finish();
  expect(await statuses(mock, operations)).toEqual([status, "cancelled"]);
});

test("the list of operations is sorted newest first, in pages", async () => {
  const mock = await createMockClient({ pageSize: 3 });
  for (const name of ["a", "b", "c"]) await mock.branch(name);
  const first = body(await mock.call("GET", "/operations"));
  const { cursor } = first["pagination"] as { cursor: string };
  const second = body(await mock.call("GET", `/operations?cursor=${cursor}`));
  const ids = [first, second].flatMap((page) => (page["operations"] as { id: string }[]).map(({ id }) => id));
  expect(new Set(ids).size).toBe(6);
  expect(second).not.toHaveProperty("pagination");
});

test.each([
  ["never", [200, 201]],
  ["branch", [423, 201]],
  ["project", [423, 423]],
] as const)("a running operation with conflicts=%s: deleting its branch and creating another return %o", async (conflicts, expected) => {
  const mock = await createMockClient({ switches: { conflicts } });
  const { branch } = await mock.branch("a");
  const deleted = await mock.call("DELETE", `/branches/${branch.id}`);
  const created = await mock.call("POST", "/branches");
  expect([deleted.status, created.status]).toEqual(expected);
});

test("an operation of Neon itself blocks every change with 423 until it ends", async () => {
  const mock = await createMockClient();
  await control(mock.neon, "POST", "operations", { action: "check_availability", durationMs: 2_000 });
  expect(await mock.call("POST", "/branches")).toMatchObject({
    status: 423,
    body: { code: "", message: "project already has running conflicting operations, scheduling of new ones is prohibited" },
  });
  mock.neon.clock.advance(2_000);
  expect((await mock.call("POST", "/branches")).status).toBe(201);
});

test("a compute can be suspended, started and restarted, but not while it changes its state", async () => {
  const mock = await createMockClient();
  const { endpoints } = await mock.branch("a");
  const path = `/endpoints/${endpoints[0]?.id}`;
  mock.finish();
  expect(await mock.call("POST", `${path}/suspend`)).toMatchObject({ status: 200, body: { operations: [{ action: "suspend_compute" }] } });
  expect((await mock.call("POST", `${path}/suspend`)).body).toMatchObject({
    message: "endpoint is in some transitive state, could not suspend",
  });
  mock.finish();
  expect((await mock.call("GET", path)).body).toMatchObject({ endpoint: { current_state: "idle" } });
  expect((await mock.call("POST", `${path}/start`)).body).toMatchObject({ operations: [{ action: "start_compute" }] });
  mock.finish();
  expect((await mock.call("POST", `${path}/restart`)).status).toBe(200);
  expect((await mock.call("POST", `${path}/start`)).body).toMatchObject({ operations: [] });
});

test("an idle compute is suspended after 300 s, unless suspend_timeout_seconds is -1", async () => {
  const mock = await createMockClient();
  const usual = await mock.branch("usual");
  const neverSuspended = await mock.branch("never-suspended", {}, { endpoints: [{ type: "read_write", suspend_timeout_seconds: -1 }] });
  const state = async ({ endpoints }: typeof usual) => {
    const reply = await mock.call("GET", `/endpoints/${endpoints[0]?.id}`);
    return (body(reply)["endpoint"] as Record<string, unknown>)["current_state"];
  };
  mock.finish();
  expect(await state(usual)).toBe("active");
  mock.neon.clock.advance(299_000);
  expect(await state(usual)).toBe("active");
  mock.neon.clock.advance(1_001);
  expect([await state(usual), await state(neverSuspended)]).toEqual(["idle", "active"]);
});
