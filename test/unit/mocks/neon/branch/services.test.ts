import { expect, test } from "vitest";
import { createMockClient } from "../../../../support/neon-mock.ts";

test("Neon Auth and the Data API have an address of their own on each branch, and are 404 where they are not enabled", async () => {
  const { branch, call, finish, neon } = await createMockClient();
  const [main = ""] = neon.state.projects.get(neon.projectId)?.branches.keys() ?? [];
  expect((await call("GET", `/branches/${main}/auth`)).status).toBe(404);
  expect((await call("GET", `/branches/${main}/data-api/neondb`)).status).toBe(404);
  expect((await call("POST", `/branches/${main}/auth`, { auth_provider: "better_auth" })).status).toBe(201);
  expect((await call("POST", `/branches/${main}/data-api/neondb`)).status).toBe(201);
  const { branch: made } = await branch("a");
  finish();
  expect((await call("GET", `/branches/${made.id}/auth`)).body).toMatchObject({ base_url: expect.stringContaining(made.id) });
  expect((await call("GET", `/branches/${made.id}/data-api/neondb`)).body).toMatchObject({ url: expect.stringContaining(made.id) });
  expect((await call("GET", `/branches/${made.id}/buckets`)).status).toBe(404);
});
