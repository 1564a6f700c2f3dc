import { expect, test } from "vitest";
import { control } from "../../../../mocks/neon/control.ts";
import { body, type Caller, mockNeon } from "../../../support/neon.ts";

async function statuses({ call }: Caller, operations: readonly { readonly id: string }[]): Promise<unknown[]> {
  const replies = await Promise.all(operations.map(({ id }) => call("GET", `/operations/${id}`)));
  return replies.map((reply) => (body(reply)["operation"] as Record<string, unknown>)["status"]);
}

test("follow one another on the clock, and the branch and its compute with them", async () => {
  const mock = await mockNeon({ operationMs: 1_000 });
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

test.each(["failed", "error"])("can end as %s, which cancels what follows", async (status) => {
  const mock = await mockNeon();
  await control(mock.neon, "POST", "operation-faults", { action: "create_branch", status });
  const { operations } = await mock.branch("a");
  mock.finish();
  expect(await statuses(mock, operations)).toEqual([status, "cancelled"]);
});

test("are listed newest first, page by page", async () => {
  const mock = await mockNeon({ pageSize: 3 });
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
] as const)("lock by the switch conflicts=%s: deletion of the branch and creation of another give %o", async (conflicts, expected) => {
  const mock = await mockNeon({ switches: { conflicts } });
  const { branch } = await mock.branch("a");
  const deleted = await mock.call("DELETE", `/branches/${branch.id}`);
  const created = await mock.call("POST", "/branches");
  expect([deleted.status, created.status]).toEqual(expected);
});

test("of Neon's own block every change with 423, in its words, and end", async () => {
  const mock = await mockNeon();
  await control(mock.neon, "POST", "operations", { action: "check_availability", durationMs: 2_000 });
  expect(await mock.call("POST", "/branches")).toMatchObject({
    status: 423,
    body: { code: "", message: "project already has running conflicting operations, scheduling of new ones is prohibited" },
  });
  mock.neon.clock.advance(2_000);
  expect((await mock.call("POST", "/branches")).status).toBe(201);
});

test("suspend, start and restart a compute; in between it is in transition", async () => {
  const mock = await mockNeon();
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

test("a compute falls asleep when nobody uses it, after 300 s unless told otherwise", async () => {
  const mock = await mockNeon();
  const usual = await mock.branch("usual");
  const sleepless = await mock.branch("sleepless", {}, { endpoints: [{ type: "read_write", suspend_timeout_seconds: -1 }] });
  const state = async ({ endpoints }: typeof usual) => {
    const reply = await mock.call("GET", `/endpoints/${endpoints[0]?.id}`);
    return (body(reply)["endpoint"] as Record<string, unknown>)["current_state"];
  };
  mock.finish();
  expect(await state(usual)).toBe("active");
  mock.neon.clock.advance(299_000);
  expect(await state(usual)).toBe("active");
  mock.neon.clock.advance(1_001);
  expect([await state(usual), await state(sleepless)]).toEqual(["idle", "active"]);
});
