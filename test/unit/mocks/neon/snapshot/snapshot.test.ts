import { expect, test } from "vitest";
import { body, createMockClient } from "../../../../support/neon-mock.ts";

test("a snapshot can be taken of a root branch only", async () => {
  const { branch, call, finish, neon } = await createMockClient();
  const [main = ""] = neon.state.projects.get(neon.projectId)?.branches.keys() ?? [];
  const { branch: child } = await branch("child");
  finish();
  expect((await call("POST", `/branches/${child.id}/snapshot`)).status).toBe(422);
  const made = body(await call("POST", `/branches/${main}/snapshot?name=before`))["snapshot"];
  expect((await call("GET", "/snapshots")).body).toMatchObject({ snapshots: [made] });
});

test("a snapshot is deleted at its expiry", async () => {
  const { call, neon } = await createMockClient();
  const [main = ""] = neon.state.projects.get(neon.projectId)?.branches.keys() ?? [];
  const expiresAt = new Date(neon.clock.now() + 3_600_000).toISOString();
  await call("POST", `/branches/${main}/snapshot?expires_at=${expiresAt}`);
  neon.clock.advance(3_600_000);
  expect((await call("GET", "/snapshots")).body).toEqual({ snapshots: [] });
});
