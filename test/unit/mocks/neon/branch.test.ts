import { describe, expect, test } from "vitest";
import { body, mockNeon, START } from "../../../support/neon.ts";

const at = (ms: number): string => new Date(START + ms).toISOString();
const DAY = 86_400_000;

describe("creating a branch", () => {
  test("answers with states that are only beginning, and with the way to connect", async () => {
    const { branch: create } = await mockNeon();
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

  test("without a body makes a child of the default branch, named by its id, without a compute", async () => {
    const { call } = await mockNeon();
    const reply = body(await call("POST", "/branches"));
    const branch = reply["branch"] as Record<string, string>;
    expect(branch["name"]).toBe(branch["id"]);
    expect(reply["endpoints"]).toEqual([]);
    expect(reply).not.toHaveProperty("connection_uris");
  });

  test.each([{ roles: 2 }, { databases: 2 }])("leaves the connection strings out with several of them: %o", async (options) => {
    const { branch } = await mockNeon(options);
    expect(await branch("a")).not.toHaveProperty("connection_uris");
  });

  test("refuses a name that is taken, in the words of Neon", async () => {
    const { branch, call } = await mockNeon();
    await branch("a");
    const reply = await call("POST", "/branches", { branch: { name: "a" } });
    expect(reply).toMatchObject({
      status: 409,
      body: { code: "BRANCH_ALREADY_EXISTS", message: 'branch already exists; branch_name:"a"' },
    });
  });

  test("lets one of many simultaneous creates of one name pass", async () => {
    const { call } = await mockNeon();
    const wanted = { branch: { name: "a" }, endpoints: [{ type: "read_write" }] };
    const replies = await Promise.all(Array.from({ length: 20 }, () => call("POST", "/branches", wanted)));
    expect(replies.filter((reply) => reply.status === 201).length).toBe(1);
    expect(replies.filter((reply) => reply.status === 409).length).toBe(19);
  });

  test("gives children of a protected branch passwords of their own, and others their parent's", async () => {
    const { branch, call, finish } = await mockNeon();
    const open = await branch("open");
    const closed = await branch("closed", { protected: true });
    finish();
    const password = async (parent: string, name: string) =>
      (await branch(name, { parent_id: parent })).connection_uris?.[0]?.connection_parameters.password;
    const inherited = body(await call("GET", `/branches/${open.branch.id}/roles/neondb_owner/reveal_password`))["password"];
    expect(await password(open.branch.id, "child-of-open")).toBe(inherited);
    expect(await password(closed.branch.id, "child-of-closed")).not.toBe(inherited);
  });

  test("answers the two limits with codes of their own", async () => {
    const few = await mockNeon({ branchLimit: 2 });
    await few.branch("a");
    expect(await few.call("POST", "/branches")).toMatchObject({
      status: 422,
      body: { code: "BRANCHES_LIMIT_EXCEEDED", message: "branches limit exceeded" },
    });
    const roots = await mockNeon({ rootBranchLimit: 1 });
    const schemaOnly = { branch: { init_source: "schema-only" } };
    expect(await roots.call("POST", "/branches", schemaOnly)).toMatchObject({
      status: 422,
      body: { code: "ROOT_BRANCHES_LIMIT_EXCEEDED" },
    });
  });

  test("makes a schema-only branch a root", async () => {
    const { branch } = await mockNeon();
    expect((await branch("a", { init_source: "schema-only" })).branch).not.toHaveProperty("parent_id");
  });

  test.each([
    ["an unknown parent", { branch: { parent_id: "br-no-such-one" } }, 404],
    ["two read-write computes", { endpoints: [{ type: "read_write" }, { type: "read_write" }] }, 409],
    ["a name of 257 characters", { branch: { name: "x".repeat(257) } }, 400],
    ["51 annotations", { annotation_value: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [index, ""])) }, 400],
    ["an annotation that is no text", { annotation_value: { a: 1 } }, 400],
    ["a malformed log position", { branch: { parent_lsn: "zz" } }, 400],
    ["a time before the history", { branch: { parent_timestamp: at(-30 * DAY) } }, 400],
    ["settings without pg_settings", { endpoints: [{ type: "read_write", settings: {} }] }, 400],
  ])("refuses %s", async (_what, request, status) => {
    const { call } = await mockNeon();
    expect((await call("POST", "/branches", request)).status).toBe(status);
  });

  test("refuses a child of a branch that isn't ready yet, unless told otherwise", async () => {
    const { branch, call, neon } = await mockNeon();
    const { branch: parent } = await branch("a");
    const child = { branch: { parent_id: parent.id } };
    expect(await call("POST", "/branches", child)).toMatchObject({ status: 422, body: { message: "branch not ready yet" } });
    neon.switches.notReady = false;
    expect((await call("POST", "/branches", child)).status).toBe(201);
  });
});

describe("expiry", () => {
  test("is kept in whole seconds, with the interval", async () => {
    const { branch } = await mockNeon();
    const { branch: made } = await branch("a", { expires_at: "2026-11-01T14:00:00.750+01:00" });
    expect(made).toMatchObject({ expires_at: "2026-11-01T13:00:00Z", ttl_interval_seconds: 3600 });
  });

  test.each([
    ["without an offset", "2026-11-01T14:00:00"],
    ["in the past", at(-1000)],
    ["in more than 30 days", at(30 * DAY + 1000)],
    ["that is no date", "tomorrow"],
  ])("is refused for a time %s", async (_what, expiresAt) => {
    const { call } = await mockNeon();
    expect((await call("POST", "/branches", { branch: { expires_at: expiresAt } })).status).toBe(422);
  });

  test("keeps a branch from being default, protected or a parent, and these from expiring", async () => {
    const { branch, call, finish } = await mockNeon();
    const { branch: brief } = await branch("brief", { expires_at: at(DAY) });
    const { branch: parent } = await branch("parent");
    finish();
    await branch("child", { parent_id: parent.id });
    const expiring = { branch: { expires_at: at(DAY) } };
    expect((await call("POST", "/branches", { branch: { parent_id: brief.id } })).status).toBe(422);
    expect((await call("POST", `/branches/${brief.id}/set_as_default`)).status).toBe(422);
    expect((await call("PATCH", `/branches/${brief.id}`, { branch: { protected: true } })).status).toBe(422);
    expect((await call("PATCH", `/branches/${parent.id}`, expiring)).status).toBe(422);
    expect((await call("POST", "/branches", { branch: { protected: true, expires_at: at(DAY) } })).status).toBe(422);
  });

  test("removes the branch some time after it has passed, and not when it was taken away", async () => {
    const { branch, call, neon } = await mockNeon();
    const { branch: brief } = await branch("brief", { expires_at: at(60_000) });
    const { branch: spared } = await branch("spared", { expires_at: at(60_000) });
    expect((await call("PATCH", `/branches/${spared.id}`, { branch: { expires_at: null } })).body).not.toHaveProperty("branch.expires_at");
    neon.clock.advance(60_000 + neon.switches.reapLagMs - 1);
    expect((await call("GET", `/branches/${brief.id}`)).status).toBe(200);
    neon.clock.advance(1);
    await call("GET", "/branches");
    neon.clock.advance(1_001);
    expect((await call("GET", `/branches/${brief.id}`)).status).toBe(404);
    expect((await call("GET", `/branches/${spared.id}`)).status).toBe(200);
  });

  test("can be refused or ignored by a project that doesn't know it", async () => {
    const expiring = { branch: { expires_at: at(DAY) } };
    const refusing = await mockNeon({ switches: { expiresAt: "refused", expiryRuleStatus: 400 } });
    expect((await refusing.call("POST", "/branches", expiring)).status).toBe(400);
    const ignoring = await mockNeon({ switches: { expiresAt: "ignored" } });
    expect((await ignoring.call("POST", "/branches", expiring)).body).not.toHaveProperty("branch.expires_at");
  });
});

describe("deleting a branch", () => {
  test("ends its compute, then its data, then answers 204", async () => {
    const { branch, call, finish } = await mockNeon();
    const { branch: made } = await branch("a");
    finish();
    const reply = await call("DELETE", `/branches/${made.id}`);
    const actions = (body(reply)["operations"] as { action: string }[]).map(({ action }) => action);
    expect(reply).toMatchObject({ status: 200, body: { branch: { pending_state: "storage_deleted" } } });
    expect(actions).toEqual(["suspend_compute", "delete_timeline"]);
    finish();
    expect((await call("GET", `/branches/${made.id}`)).status).toBe(404);
    expect((await call("DELETE", `/branches/${made.id}`)).status).toBe(204);
  });

  test("is refused for the default branch, a protected one, and one with children", async () => {
    const { branch, call, finish, neon } = await mockNeon();
    const { branch: parent } = await branch("parent");
    const { branch: guarded } = await branch("guarded", { protected: true });
    finish();
    const { branch: child } = await branch("child", { parent_id: parent.id });
    finish();
    const main = [...(neon.state.projects.get(neon.projectId)?.branches.keys() ?? [])][0];
    expect((await call("DELETE", `/branches/${main}`)).status).toBe(422);
    expect((await call("DELETE", `/branches/${guarded.id}`)).status).toBe(422);
    const withChildren = await call("DELETE", `/branches/${parent.id}`);
    expect(withChildren).toMatchObject({ status: 422, body: { message: `cannot delete branch that has children: ${parent.id}` } });
    await call("DELETE", `/branches/${child.id}`);
    expect((await call("DELETE", `/branches/${parent.id}`)).status).toBe(200);
  });

  test("follows its switches", async () => {
    const { call, branch, finish, neon } = await mockNeon({
      switches: { deleteMissing: 404, deleteDeleting: 423, deletingVisible: false },
    });
    const { branch: made } = await branch("a");
    finish();
    await call("DELETE", `/branches/${made.id}`);
    expect((await call("GET", `/branches/${made.id}`)).status).toBe(404);
    expect((await call("DELETE", `/branches/${made.id}`)).status).toBe(423);
    finish();
    expect((await call("DELETE", `/branches/${made.id}`)).status).toBe(404);
    neon.switches.deleteDefaultStatus = 403;
    const main = [...(neon.state.projects.get(neon.projectId)?.branches.keys() ?? [])][0];
    expect((await call("DELETE", `/branches/${main}`)).status).toBe(403);
  });

  test("is soft where the switch says so: recoverable, its name free or not", async () => {
    const { call, branch, finish, neon } = await mockNeon({ switches: { softDelete: true, deletedNameBlocks: true } });
    const { branch: made } = await branch("a", { expires_at: at(DAY) });
    finish();
    await call("DELETE", `/branches/${made.id}`);
    finish();
    const listed = body(await call("GET", "/branches?include_deleted=true&search=a"))["branches"] as Record<string, unknown>[];
    expect(listed.find((entry) => entry["id"] === made.id)).toMatchObject({ recovery: { deletion_method: "user" } });
    expect((await call("POST", "/branches", { branch: { name: "a" } })).status).toBe(409);
    neon.switches.deletedNameBlocks = false;
    const recovered = await call("POST", `/branches/${made.id}/recover`);
    expect(recovered.status).toBe(200);
    expect(recovered.body).not.toHaveProperty("branch.expires_at");
  });
});

describe("restoring a branch", () => {
  test("takes the state of its source, which becomes its parent, and renews its expiry", async () => {
    const { branch, call, finish, neon } = await mockNeon();
    const { branch: source } = await branch("source");
    const { branch: target } = await branch("target", { expires_at: at(DAY) });
    finish();
    neon.clock.advance(3_600_000);
    const reply = await call("POST", `/branches/${target.id}/restore`, { source_branch_id: source.id });
    expect(reply).toMatchObject({ status: 200, body: { branch: { parent_id: source.id, current_state: "resetting" } } });
    const { expires_at: expiresAt, ttl_interval_seconds: seconds } = body(reply)["branch"] as Record<string, unknown>;
    expect(Date.parse(String(expiresAt)) - neon.clock.now()).toBeGreaterThan(DAY - 1_000);
    expect(seconds).toBe(DAY / 1000);
  });

  test("asks for a backup name where there are children, and moves them to the backup", async () => {
    const { branch, call, finish } = await mockNeon();
    const { branch: target } = await branch("target");
    const { branch: source } = await branch("source");
    finish();
    const { branch: child } = await branch("child", { parent_id: target.id });
    const restore = `/branches/${target.id}/restore`;
    expect(await call("POST", restore, { source_branch_id: source.id })).toMatchObject({
      status: 422,
      body: { message: "Branch has children, preserve_under_name is required" },
    });
    expect((await call("POST", restore, { source_branch_id: source.id, preserve_under_name: "kept" })).status).toBe(200);
    finish();
    const [kept] = body(await call("GET", "/branches?search=kept"))["branches"] as { id: string }[];
    expect((await call("GET", `/branches/${child.id}`)).body).toMatchObject({ branch: { parent_id: kept?.id } });
  });

  test("to its own past needs a point in time and a backup name", async () => {
    const { branch, call, finish } = await mockNeon();
    const { branch: target } = await branch("target");
    finish();
    const restore = `/branches/${target.id}/restore`;
    expect((await call("POST", restore, { source_branch_id: target.id })).status).toBe(400);
    const past = { source_branch_id: target.id, source_timestamp: at(-1000), preserve_under_name: "kept" };
    expect((await call("POST", restore, past)).status).toBe(200);
  });
});
