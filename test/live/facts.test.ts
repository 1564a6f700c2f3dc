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
});
