import { once } from "node:events";
import { createApiClient } from "@neondatabase/api-client";
import { afterEach, expect, test } from "vitest";
import { type MockServer, startMock } from "../../../support/mock-server.ts";

let mock: MockServer;

afterEach(async () => {
  await mock.stop();
});

const client = () => createApiClient({ apiKey: mock.apiKey, baseURL: mock.url, timeout: 10_000 });

test("the mock serves Neon's own client in another process", async () => {
  mock = await startMock("--operation-time", "50", "--roles", "2", "--page-size", "1");
  const api = client();
  const { data } = await api.createProjectBranch(mock.projectId, { branch: { name: "a" }, annotation_value: { owner: "x" } });
  expect(data.roles.length).toBe(2);
  const first = await api.listProjectBranches({ projectId: mock.projectId });
  expect(first.data.branches.length).toBe(1);
  expect(first.data.pagination?.next).toBeDefined();
  await expect(createApiClient({ apiKey: "napi_wrong", baseURL: mock.url }).listProjects({})).rejects.toMatchObject({
    response: { status: 401 },
  });
  expect(await mock.control("GET", "violations")).toEqual([]);
});

test("a dropped reply resets the connection of the caller, and the branch exists", async () => {
  mock = await startMock();
  await mock.control("POST", "faults", { method: "POST", drop: "after" });
  const create = client().createProjectBranch(mock.projectId, { branch: { name: "lost" } });
  await expect(create).rejects.toMatchObject({ code: "ECONNRESET" });
  expect((await client().countProjectBranches({ projectId: mock.projectId, search: "lost" })).data.count).toBe(1);
  expect(await mock.control("GET", "calls")).toMatchObject({
    counts: { "POST /projects/{project_id}/branches": { dropped: 1, total: 1 } },
  });
});

test("the flag --latency delays each reply", async () => {
  mock = await startMock("--latency", "150");
  const started = performance.now();
  await client().listProjects({});
  expect(performance.now() - started).toBeGreaterThanOrEqual(149);
});

test("the mock ends when its standard input closes", async () => {
  mock = await startMock();
  mock.child.stdin?.end();
  await once(mock.child, "exit");
  expect(mock.child.exitCode).toBe(0);
});

test("the mock exits with status 0 after SIGTERM", async () => {
  mock = await startMock();
  expect(await mock.stop()).toBe(0);
});
