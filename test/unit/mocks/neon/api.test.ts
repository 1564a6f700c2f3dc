import { createApiClient } from "@neondatabase/api-client";
import { setupServer } from "msw/node";
import { afterEach, expect, test } from "vitest";
import { control } from "../../../../mocks/neon/control.ts";
import { neonHandlers } from "../../../../mocks/neon/handlers.ts";
import { createClock } from "../../../../mocks/neon/clock.ts";
import { body, createMockClient, START } from "../../../support/neon-mock.ts";

const CREATE = { method: "POST", route: "/projects/{project_id}/branches" };

test("a wrong key is refused with a flat error", async () => {
  const { outcome } = await createMockClient();
  expect(await outcome("GET", "", undefined, { authorization: "Bearer napi_wrong" })).toMatchObject({
    status: 401,
    body: { code: "", message: "authorization failed" },
  });
});

test("the reply contains the request id of the request", async () => {
  const { outcome } = await createMockClient();
  expect(await outcome("GET", "/branches/br-x-y-z", undefined, { "x-request-id": "mine" })).toMatchObject({
    status: 404,
    body: { request_id: "mine", code: "", message: "branch not found" },
  });
});

test("other projects and unknown routes return 404", async () => {
  const { call } = await createMockClient();
  expect((await call("GET", "!/projects/other")).status).toBe(404);
  expect((await call("GET", "!/nonsense")).status).toBe(404);
});

test("every call is counted by route and status, also with a lost reply", async () => {
  const { call, neon, outcome } = await createMockClient();
  await control(neon, "POST", "faults", { ...CREATE, drop: "after" });
  expect(await outcome("POST", "/branches", { branch: { name: "a" } })).toBe("dropped");
  await call("POST", "/branches", { branch: { name: "a" } });
  expect(neon.calls.counts).toEqual({ "POST /projects/{project_id}/branches": { dropped: 1, "409": 1, total: 2 } });
  expect(neon.calls.log[0]).toMatchObject({ status: "dropped", worked: 201 });
});

test("an injected 524 executes the request, and a drop before the work does not", async () => {
  const { call, neon, outcome } = await createMockClient();
  await control(neon, "POST", "faults", { ...CREATE, status: 524, worked: true, html: "<html>timeout</html>" });
  const late = await outcome("POST", "/branches", { branch: { name: "late" } });
  expect(late).toMatchObject({ status: 524, headers: { "content-type": "text/html" }, body: "<html>timeout</html>" });
  await control(neon, "POST", "faults", { ...CREATE, drop: "before" });
  expect(await outcome("POST", "/branches", { branch: { name: "never" } })).toBe("dropped");
  expect((await call("GET", "/branches/count?search=late")).body).toEqual({ count: 1 });
  expect((await call("GET", "/branches/count?search=never")).body).toEqual({ count: 0 });
});

test("an injected status affects as many calls as `times` after as many calls as `skip`", async () => {
  const { call, neon } = await createMockClient({ switches: { retryAfter: "seconds" } });
  await control(neon, "POST", "faults", { route: "*/branches", skip: 1, times: 2, status: 503, code: "BUSY", message: "try later" });
  const replies = [
    await call("GET", "/branches"),
    await call("GET", "/branches"),
    await call("GET", "/branches"),
    await call("GET", "/branches"),
  ];
  expect(replies.map((reply) => reply.status)).toEqual([200, 503, 503, 200]);
  expect(replies[1]).toMatchObject({ headers: { "retry-after": "1" }, body: { code: "BUSY", message: "try later" } });
});

/** Which of a hundred calls were dropped. */
const drops = async (seed: number): Promise<unknown[]> => {
  const { neon, outcome } = await createMockClient();
  await control(neon, "POST", "faults", { times: -1, probability: 0.3, seed, drop: "after" });
  const outcomes = [];
  for (let index = 0; index < 100; index++) outcomes.push((await outcome("GET", "/branches/count")) === "dropped");
  return outcomes;
};

test("the same seed injects the same faults", async () => {
  const first = await drops(7);
  expect(await drops(7)).toEqual(first);
  expect(await drops(8)).not.toEqual(first);
  expect(first.filter(Boolean).length).toBeGreaterThan(15);
  expect(first.filter(Boolean).length).toBeLessThan(45);
});

test.each([
  ["none", undefined],
  ["seconds", "60"],
  ["date", new Date(START + 60_000).toUTCString()],
] as const)("the rate limit is 700 calls a minute, with Retry-After as %s", async (retryAfter, expected) => {
  const { call, neon } = await createMockClient({ switches: { retryAfter } });
  await control(neon, "POST", "rate", { perSecondAndRoute: 1_000 });
  for (let index = 0; index < 700; index++) await call("GET", "/branches/count");
  const refused = await call("GET", "/branches/count");
  expect(refused.status).toBe(429);
  expect(refused.headers?.["retry-after"]).toBe(expected);
  neon.clock.advance(60_000);
  expect((await call("GET", "/branches/count")).status).toBe(200);
});

test("the rate limit of one route is 40 calls a second, and does not affect other routes", async () => {
  const { call, neon } = await createMockClient();
  await control(neon, "POST", "rate", {});
  const replies = await Promise.all(Array.from({ length: 41 }, () => call("GET", "/branches/count")));
  expect(replies.filter((reply) => reply.status === 429).length).toBe(1);
  expect((await call("GET", "/operations")).status).toBe(200);
});

test("connection_uri without branch_id returns the URI of the default branch", async () => {
  const { branch, call } = await createMockClient();
  const { branch: made, endpoints } = await branch("a");
  const uri = async (query: string): Promise<string> => {
    const reply = await call("GET", `/connection_uri?database_name=neondb&role_name=neondb_owner${query}`);
    return String(body(reply)["uri"]);
  };
  expect(await uri("")).not.toContain(endpoints[0]?.host);
  expect(await uri(`&branch_id=${made.id}`)).toContain(`@${endpoints[0]?.host}/neondb`);
  expect(await uri(`&branch_id=${made.id}&pooled=true`)).toContain(`@${endpoints[0]?.id}-pooler.`);
});

test("no password is returned if the project stores none", async () => {
  const { branch, call } = await createMockClient({ storesPasswords: false });
  const { branch: made, connection_uris } = await branch("a");
  expect((await call("GET", `/branches/${made.id}/roles/neondb_owner/reveal_password`)).status).toBe(412);
  expect(connection_uris?.[0]?.connection_parameters.password).toBe("");
});

test("roles and databases can be created, reset and deleted", async () => {
  const { branch, call, finish } = await createMockClient({ switches: { conflicts: "branch" } });
  const { branch: made } = await branch("a");
  finish();
  const roles = `/branches/${made.id}/roles`;
  expect((await call("POST", roles, { role: { name: "reader" } })).status).toBe(201);
  expect(await call("POST", roles, { role: { name: "other" } })).toMatchObject({ status: 423 });
  finish();
  const reset = body(await call("POST", `${roles}/reader/reset_password`))["role"] as Record<string, string>;
  expect((await call("GET", `${roles}/reader/reveal_password`)).body).toEqual({ password: reset["password"] });
  finish();
  const databases = `/branches/${made.id}/databases`;
  expect((await call("POST", databases, { database: { name: "extra", owner_name: "nobody" } })).status).toBe(404);
  expect((await call("POST", databases, { database: { name: "extra", owner_name: "reader" } })).status).toBe(201);
  finish();
  expect(await call("PATCH", `${databases}/extra`, { database: { name: "renamed" } })).toMatchObject({
    body: { database: { name: "renamed" } },
  });
  finish();
  expect((await call("GET", `${databases}/extra`)).status).toBe(404);
  expect(await call("PATCH", `${databases}/renamed`, { database: { name: "extra" } })).toMatchObject({ status: 200 });
  finish();
  expect((await call("DELETE", `${roles}/reader`)).status).toBe(422);
  expect((await call("DELETE", `${databases}/extra`)).status).toBe(200);
  finish();
  expect((await call("DELETE", `${roles}/reader`)).status).toBe(200);
  finish();
  expect((await call("GET", `${roles}/reader`)).status).toBe(404);
});

test("switches and values that do not exist are refused", async () => {
  const { neon } = await createMockClient();
  const unknown = await control(neon, "POST", "switches", { nonsense: true });
  const impossible = await control(neon, "POST", "switches", { deleteMissing: 500 });
  expect([unknown.status, impossible.status]).toEqual([400, 400]);
  expect(neon.switches.deleteMissing).toBe(204);
});

const server = setupServer();
afterEach(() => server.close());

test("Neon's own client works inside the process, through msw", async () => {
  const { neon } = await createMockClient({ clock: createClock() });
  server.resetHandlers(...neonHandlers(neon));
  server.listen({ onUnhandledRequest: "error" });
  const client = createApiClient({ apiKey: neon.apiKey, timeout: 5_000 });
  const { data } = await client.createProjectBranch(neon.projectId, { branch: { name: "a" } });
  expect(data.branch.name).toBe("a");
  await expect(client.createProjectBranch(neon.projectId, { branch: { name: "a" } })).rejects.toMatchObject({ response: { status: 409 } });
  const { status } = await client.deleteProjectBranch({ projectId: neon.projectId, branchId: "br-no-such-one" });
  expect(status).toBe(204);
});
