import { setTimeout as pause } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { createReport, liveApi, type Reply } from "./live-api.ts";

const api = liveApi(process.env);
const report = createReport(api.secrets);
const DAY = 86_400_000;
const stamp = Date.now().toString(36);
const nameOf = (what: string): string => `offshoot-facts/${stamp}/${what}`;
const inMs = (ms: number): string => `${new Date(Date.now() + ms).toISOString().slice(0, 19)}Z`;

afterAll(async () => {
  await api.removeCreated();
  process.stdout.write(`${report.text()}\n`);
});

/** Creates a branch without a compute, which expires in an hour. */
const create = (name: string, branch: object = {}, more: object = {}): Promise<Reply> =>
  api.create({ branch: { name, expires_at: inMs(3_600_000), ...branch }, ...more });

/** The same for a name that was deleted. The deletion takes some seconds, in which the name can be taken in any case. */
async function createAgain(name: string): Promise<Reply> {
  for (let tries = 1; ; tries += 1) {
    const reply = await create(name);
    if (reply.status !== 409 || tries === 10) return reply;
    await pause(1000);
  }
}

/** Records a fact, and returns the status. The tests only fail if Neon cannot be reached: a different answer is what the report is for. */
function record(fact: string, reply: Reply, seen = ""): number {
  report.add(fact, reply, seen);
  return reply.status;
}

describe("facts about Neon's API", () => {
  test("a reply has the time of Neon's clock, and a create keeps its annotation", async () => {
    const created = await create(nameOf("annotation"), {}, { annotation_value: { "offshoot-facts": stamp } });
    const date = Date.parse(created.headers.get("date") ?? "");
    expect(
      record("the reply has a Date header", created, Number.isNaN(date) ? "no" : `differs by ${Math.round((date - Date.now()) / 1000)} s`),
    ).toBeLessThan(500);
    const read = await api.call("GET", `/branches/${created.branchId}`);
    const value = (read.body["annotation"] as { value?: Record<string, unknown> } | null | undefined)?.value;
    expect(record("the annotation of a create is kept", read, value?.["offshoot-facts"] === stamp ? "kept" : "missing")).toBeLessThan(500);
    const again = await create(nameOf("annotation"));
    expect(record("a second branch with the same name", again)).toBeLessThan(500);
  });

  test.each([
    ["an expiry in the past", -60_000],
    ["an expiry in a second", 1000],
    ["an expiry in 31 days", 31 * DAY],
  ])("%s", async (what, ms) => {
    expect(record(what, await create(nameOf(what.replaceAll(" ", "-")), { expires_at: inMs(ms) }))).toBeLessThan(500);
  });

  test("a child of a branch that expires", async () => {
    const parent = await create(nameOf("parent"));
    expect(record("a child of a branch that expires", await create(nameOf("child"), { parent_id: parent.branchId }))).toBeLessThan(500);
  });

  test("a connection URI for names that the branch does not have", async () => {
    const { branchId } = await create(nameOf("uri"), {}, { endpoints: [{ type: "read_write" }] });
    const query = (database: string, role: string) => `/connection_uri?branch_id=${branchId}&database_name=${database}&role_name=${role}`;
    expect(record("a connection URI for an unknown database", await api.call("GET", query("offshoot-none", "neondb_owner")))).toBeLessThan(
      500,
    );
    expect(record("a connection URI for an unknown role", await api.call("GET", query("neondb", "offshoot-none")))).toBeLessThan(500);
    const usual = await api.call("GET", query("neondb", "neondb_owner"));
    const uri = typeof usual.body["uri"] === "string" ? new URL(usual.body["uri"]) : undefined;
    expect(record("a connection URI for the usual names", usual, uri === undefined ? "" : `parameters ${uri.search}`)).toBeLessThan(500);
    expect(record("a deletion while the branch is created", await api.call("DELETE", `/branches/${branchId}`))).toBeLessThan(500);
  });

  test("the name of a deleted branch, and hard_delete", async () => {
    const soft = await create(nameOf("deleted"));
    expect(record("a deletion", await api.deleted(soft.branchId, ""))).toBeLessThan(500);
    expect(record("the name of a branch that was deleted", await createAgain(nameOf("deleted")))).toBeLessThan(500);
    const listed = await api.call("GET", `/branches?include_deleted=true&search=${encodeURIComponent(nameOf("deleted"))}`);
    const branches = (listed.body["branches"] ?? []) as readonly { readonly recovery?: object }[];
    expect(
      record("a list with include_deleted", listed, `${branches.filter(({ recovery }) => recovery !== undefined).length} recoverable`),
    ).toBeLessThan(500);
    const hard = await create(nameOf("hard"));
    expect(record("a deletion with hard_delete", await api.deleted(hard.branchId, "?hard_delete=true"))).toBeLessThan(500);
    expect(record("the name of a branch that was deleted with hard_delete", await createAgain(nameOf("hard")))).toBeLessThan(500);
  });

  test("snapshots of a branch with a parent and of a root branch, and a restore of one", async () => {
    const child = await create(nameOf("snapshot-child"));
    const until = encodeURIComponent(inMs(3_600_000));
    const ofChild = await snapshotOf(child.branchId, `name=${stamp}-child&expires_at=${until}`);
    expect(record("a snapshot of a branch with a parent", ofChild)).toBeLessThan(500);
    const root = await create(nameOf("snapshot-root"), { init_source: "schema-only" });
    expect(record("a branch with the schema only", root, rootOf(root))).toBeLessThan(500);
    const ofRoot = await snapshotOf(root.branchId, `name=${stamp}-root&expires_at=${until}`);
    const { id = "", expires_at: kept } = (ofRoot.body["snapshot"] ?? {}) as { readonly id?: string; readonly expires_at?: string };
    expect(record("a snapshot of a root branch", ofRoot, kept === undefined ? "its expiry is missing" : "its expiry is kept")).toBeLessThan(
      500,
    );
    if (id === "") return;
    const body = { name: nameOf("snapshot-branch"), target_branch_id: root.branchId, finalize_restore: false };
    const restored = await api.create(body, `/snapshots/${id}/restore`);
    const from = (restored.body["branch"] as { readonly restored_from?: string } | undefined)?.restored_from;
    expect(record("a branch of a snapshot", restored, from === id ? "restored_from is set" : "restored_from is missing")).toBeLessThan(500);
    expect(record("a deletion of a snapshot", await api.call("DELETE", `/snapshots/${id}`))).toBeLessThan(500);
  });

  test("a past state before the history, and one in the future", async () => {
    const past = { parent_timestamp: "2020-01-01T00:00:00Z" };
    expect(record("a past state before the history", await create(nameOf("past"), past))).toBeLessThan(500);
    expect(record("a past state in the future", await create(nameOf("future"), { parent_timestamp: inMs(DAY) }))).toBeLessThan(500);
    expect(record("an LSN before the history", await create(nameOf("lsn"), { parent_lsn: "0/1" }))).toBeLessThan(500);
  });

  test("a reset of a branch to its parent", async () => {
    const branch = await create(nameOf("reset"));
    const { parent_id: parent, expires_at: before } = (branch.body["branch"] ?? {}) as Readonly<Record<string, string | undefined>>;
    const reset = await api.unlocked("POST", `/branches/${branch.branchId}/restore`, { source_branch_id: parent });
    const { expires_at: after, id } = (reset.body["branch"] ?? {}) as Readonly<Record<string, string | undefined>>;
    const seen = `${id === branch.branchId ? "same id" : "another id"}, expiry ${after === before ? "unchanged" : after === undefined ? "removed" : "renewed"}`;
    expect(record("a reset to the parent", reset, seen)).toBeLessThan(500);
  });

  test("masking rules of a new branch", async () => {
    const rule = { database_name: "neondb", schema_name: "public", table_name: "offshoot_none", column_name: "email" };
    const masked = await api.create(
      {
        branch_create: { branch: { name: nameOf("masked"), expires_at: inMs(3_600_000) }, endpoints: [{ type: "read_write" }] },
        masking_rules: [{ ...rule, masking_function: "anon.fake_email()" }],
        start_anonymization: true,
        annotation_value: { "offshoot-facts": stamp },
      },
      "/branch_anonymized",
    );
    expect(record("an anonymized branch with a masking rule", masked)).toBeLessThan(500);
    if (masked.branchId === "") return;
    const rules = await api.call("GET", `/branches/${masked.branchId}/masking_rules`);
    const count = (rules.body["masking_rules"] as readonly unknown[] | undefined)?.length ?? 0;
    expect(record("the masking rules of that branch", rules, `${count} of 1`)).toBeLessThan(500);
    const state = await api.call("GET", `/branches/${masked.branchId}/anonymized_status`);
    expect(
      record("the state of its anonymization", state, typeof state.body["state"] === "string" ? state.body["state"] : ""),
    ).toBeLessThan(500);
    const read = await api.call("GET", `/branches/${masked.branchId}`);
    const actions = (read.body["branch"] as { readonly restricted_actions?: readonly { readonly name: string }[] } | undefined)
      ?.restricted_actions;
    expect(record("what Neon refuses for it", read, (actions ?? []).map(({ name }) => name).join(", ") || "nothing")).toBeLessThan(500);
  });

  test("the URLs of Neon Auth and of the Data API, of a branch that has neither", async () => {
    const { branchId } = await create(nameOf("services"));
    expect(record("the URL of Neon Auth", await api.call("GET", `/branches/${branchId}/auth`))).toBeLessThan(500);
    expect(record("the URL of the Data API", await api.call("GET", `/branches/${branchId}/data-api/neondb`))).toBeLessThan(500);
  });

  test("what the project shows of its plan", async () => {
    const project = await api.call("GET", "");
    const {
      owner,
      pg_version: version,
      history_retention_seconds: history,
    } = (project.body["project"] ?? {}) as {
      readonly owner?: object;
      readonly pg_version?: number;
      readonly history_retention_seconds?: number;
    };
    const shown = Object.keys(owner ?? {}).filter((key) => key.endsWith("_limit") || key === "subscription_type");
    expect(
      record("the project and its owner", project, `version ${version}, history ${history} s, ${shown.join(", ") || "no limits"}`),
    ).toBeLessThan(500);
    expect(record("the route of the limits", await api.call("GET", "/limits"))).toBeLessThan(500);
  });
});

/** A branch without a parent is a root branch. */
function rootOf({ body }: Reply): string {
  const branch = body["branch"] as { readonly parent_id?: string } | undefined;
  return branch === undefined ? "" : branch.parent_id === undefined ? "a root branch" : "has a parent";
}

/** A branch that was created moments ago is not ready for a snapshot. */
async function snapshotOf(branchId: string, query: string): Promise<Reply> {
  for (let tries = 1; ; tries += 1) {
    const reply = await api.unlocked("POST", `/branches/${branchId}/snapshot?${query}`);
    const { message } = reply.body;
    const isEarly = reply.status === 422 && typeof message === "string" && /not ready/i.test(message);
    if (!isEarly || tries === 20) return reply;
    await pause(500);
  }
}
