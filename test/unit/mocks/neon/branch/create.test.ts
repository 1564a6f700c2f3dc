import { describe, expect, test } from "vitest";
import { body, createMockClient, START } from "../../../../support/neon-mock.ts";

const at = (ms: number): string => new Date(START + ms).toISOString();
const DAY = 86_400_000;

describe("creating a branch", () => {
  test("returns the initial states and the connection URI", async () => {
    const { branch: create } = await createMockClient();
    const { branch, operations, connection_uris } = await create(
      "a",
      {},
      { endpoints: [{ type: "read_write" }], annotation_value: { owner: "x" } },
    );
    expect(branch).toMatchObject({ name: "a", current_state: "init", pending_state: "ready", default: false });
    expect(operations.map(({ action, status }) => [action, status])).toEqual([
      ["create_branch", "running"],
      ["start_compute", "scheduling"],
    ]);
    expect(connection_uris?.[0]?.connection_uri).toMatch(/^postgresql:\/\/neondb_owner:npg_\w+@ep-[^/]+\/neondb\?sslmode=require/);
    expect(JSON.stringify({ branch, operations })).not.toContain("npg_");
  });

  test("without a body creates a child of the default branch with its id as the name and without a compute", async () => {
    const { call } = await createMockClient();
    const reply = body(await call("POST", "/branches"));
    const branch = reply["branch"] as Record<string, string>;
    expect(branch["name"]).toBe(branch["id"]);
    expect(reply["endpoints"]).toEqual([]);
    expect(reply).not.toHaveProperty("connection_uris");
  });

  test.each([{ roles: 2 }, { databases: 2 }])("returns no connection URIs for several roles or databases: %o", async (options) => {
    const { branch } = await createMockClient(options);
    expect(await branch("a")).not.toHaveProperty("connection_uris");
  });

  test("refuses a name that is taken, with Neon's text", async () => {
    const { branch, call } = await createMockClient();
    await branch("a");
    const reply = await call("POST", "/branches", { branch: { name: "a" } });
    expect(reply).toMatchObject({
      status: 409,
      body: { code: "BRANCH_ALREADY_EXISTS", message: 'branch already exists; branch_name:"a"' },
    });
  });

  test("succeeds once for many simultaneous requests with one name", async () => {
    const { call } = await createMockClient();
    const wanted = { branch: { name: "a" }, endpoints: [{ type: "read_write" }] };
    const replies = await Promise.all(Array.from({ length: 20 }, () => call("POST", "/branches", wanted)));
    expect(replies.filter((reply) => reply.status === 201).length).toBe(1);
    expect(replies.filter((reply) => reply.status === 409).length).toBe(19);
  });

  test("creates new passwords for children of a protected branch, and copies the passwords of every other parent", async () => {
    const { branch, call, finish } = await createMockClient();
    const open = await branch("open");
    const closed = await branch("closed", { protected: true });
    finish();
    const password = async (parent: string, name: string) =>
      (await branch(name, { parent_id: parent })).connection_uris?.[0]?.connection_parameters.password;
    const inherited = body(await call("GET", `/branches/${open.branch.id}/roles/neondb_owner/reveal_password`))["password"];
    expect(await password(open.branch.id, "child-of-open")).toBe(inherited);
    expect(await password(closed.branch.id, "child-of-closed")).not.toBe(inherited);
  });

  test("returns one error code for each of the two limits", async () => {
    const few = await createMockClient({ branchLimit: 2 });
    await few.branch("a");
    expect(await few.call("POST", "/branches")).toMatchObject({
      status: 422,
      body: { code: "BRANCHES_LIMIT_EXCEEDED", message: "branches limit exceeded" },
    });
    const roots = await createMockClient({ rootBranchLimit: 1 });
    const schemaOnly = { branch: { init_source: "schema-only" } };
    expect(await roots.call("POST", "/branches", schemaOnly)).toMatchObject({
      status: 422,
      body: { code: "ROOT_BRANCHES_LIMIT_EXCEEDED" },
    });
  });

  test("creates a root branch with schema-only", async () => {
    const { branch } = await createMockClient();
    expect((await branch("a", { init_source: "schema-only" })).branch).not.toHaveProperty("parent_id");
  });

  test.each([
    ["an unknown parent", { branch: { parent_id: "br-no-such-one" } }, 404],
    ["two read-write computes", { endpoints: [{ type: "read_write" }, { type: "read_write" }] }, 409],
    ["a name of 257 characters", { branch: { name: "x".repeat(257) } }, 400],
    ["51 annotations", { annotation_value: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [index, ""])) }, 400],
    ["an annotation that is not a text", { annotation_value: { a: 1 } }, 400],
    ["a malformed log position", { branch: { parent_lsn: "zz" } }, 400],
    ["a time before the history", { branch: { parent_timestamp: at(-30 * DAY) } }, 400],
    ["settings without pg_settings", { endpoints: [{ type: "read_write", settings: {} }] }, 400],
  ])("refuses %s", async (_what, request, status) => {
    const { call } = await createMockClient();
    expect((await call("POST", "/branches", request)).status).toBe(status);
  });

  test("refuses a child of a branch that is not ready, unless the switch notReady is off", async () => {
    const { branch, call, neon } = await createMockClient();
    const { branch: parent } = await branch("a");
    const child = { branch: { parent_id: parent.id } };
    expect(await call("POST", "/branches", child)).toMatchObject({ status: 422, body: { message: "branch not ready yet" } });
    neon.switches.notReady = false;
    expect((await call("POST", "/branches", child)).status).toBe(201);
  });
});
