import { expect, test } from "vitest";
import { body, createMockClient } from "../../../../support/neon-mock.ts";

test("a project is created with a default branch, changed, and deleted", async () => {
  const { call, finish } = await createMockClient();
  const created = await call("POST", "!/projects", { project: { name: "second", branch: { name: "trunk", database_name: "app" } } });
  expect(created).toMatchObject({
    status: 201,
    body: { branch: { name: "trunk", default: true }, roles: [{ name: "app_owner" }], databases: [{ name: "app" }] },
  });
  const { id } = body(created)["project"] as { id: string };
  finish();
  const changed = await call("PATCH", `!/projects/${id}`, {
    project: { name: "renamed", settings: { allowed_ips: { ips: ["192.0.2.1"], protected_branches_only: true } } },
  });
  expect(changed.body).toMatchObject({ project: { name: "renamed", settings: { allowed_ips: { ips: ["192.0.2.1"] } } } });
  expect((await call("DELETE", `!/projects/${id}`)).status).toBe(200);
  expect((await call("GET", `!/projects/${id}`)).status).toBe(404);
});

test("a project with a protected branch is not deleted", async () => {
  const { branch, call, finish } = await createMockClient();
  await branch("guarded", { protected: true });
  finish();
  expect((await call("DELETE", "")).status).toBe(422);
});
