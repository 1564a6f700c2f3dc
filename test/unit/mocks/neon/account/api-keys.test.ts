import { expect, test } from "vitest";
import { ORGANIZATION } from "../../../../../mocks/neon/account/organization.ts";
import { body, createMockClient } from "../../../../support/neon-mock.ts";

const KEYS = `!/organizations/${ORGANIZATION.id}/api_keys`;

test("a key of one project reads only that project, and administers nothing", async () => {
  const { call, neon, outcome } = await createMockClient();
  const second = body(await call("POST", "!/projects", { project: { name: "second" } }))["project"] as { id: string };
  const made = body(await call("POST", KEYS, { key_name: "ci", project_id: neon.projectId }));
  const headers = { authorization: `Bearer ${String(made["key"])}` };
  const status = async (method: string, path: string): Promise<number> => {
    const reply = await outcome(method, path, {}, headers);
    return reply === "dropped" ? 0 : reply.status;
  };
  expect(await outcome("GET", "!/projects", undefined, headers)).toMatchObject({ body: { projects: [{ id: neon.projectId }] } });
  expect(await status("GET", "/branches")).toBe(200);
  expect(await status("GET", `!/projects/${second.id}`)).toBe(404);
  const refused = [
    ["POST", "!/projects"],
    ["DELETE", ""],
    ["GET", "!/users/me"],
    ["GET", "!/users/me/organizations"],
    ["GET", "!/api_keys"],
    ["POST", KEYS],
  ] as const;
  for (const [method, path] of refused) expect([method, path, await status(method, path)]).toEqual([method, path, 403]);
});

test("a key is shown once, and does not work after it was revoked", async () => {
  const { call, outcome } = await createMockClient();
  const made = body(await call("POST", "!/api_keys", { key_name: "mine" }));
  const headers = { authorization: `Bearer ${String(made["key"])}` };
  expect(await outcome("GET", "!/auth", undefined, headers)).toMatchObject({ status: 200, body: { auth_method: "api_key_user" } });
  const { body: listed } = await call("GET", "!/api_keys");
  expect(listed).toMatchObject([{ name: "mine", last_used_at: expect.any(String) }]);
  expect(JSON.stringify(listed)).not.toContain(String(made["key"]));
  expect(await call("DELETE", `!/api_keys/${String(made["id"])}`)).toMatchObject({ status: 200, body: { revoked: true } });
  expect(await outcome("GET", "!/auth", undefined, headers)).toMatchObject({ status: 401 });
});
