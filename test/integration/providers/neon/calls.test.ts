// @module-tag proof
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { withSession } from "../../../../src/postgres/connect.ts";
import { makeProject, type Project } from "../../../support/cli.ts";
import { type MockServer, startMock } from "../../../support/mock-server.ts";
import { taggedBranch } from "../../../support/neon-harness.ts";

let mock: MockServer;
let project: Project;
beforeAll(async () => {
  mock = await startMock("--postgres", "--operation-time", "50");
  project = await makeProject({ OFFSHOOT_PROVIDER: "neon", ...mock.env });
  // A rehearsal of a command that does not use the copy is an error. The hosts of the mock are known to processes of Node only, so that
  // psql reaches them through the broker.
  await project.write("offshoot.yaml", `migrations:\n  command: psql -qAtc "select" "$DATABASE_URL" || true\n  files: [offshoot.yaml]\n`);
});
afterAll(async () => {
  await project.remove();
  await mock.stop();
});

/** The calls of a command, sorted, as they are in the table of the page. */
async function callsOf(...args: readonly string[]): Promise<string> {
  await mock.control("DELETE", "calls");
  const { code, stderr } = await project.call(args);
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${stderr}`);
  const { log } = (await mock.control("GET", "calls")) as { readonly log: readonly { readonly method: string; readonly route: string }[] };
  const calls = log
    .map(
      ({ method, route }) =>
        `${method} ${route === "/projects/{project_id}" ? "project" : route.replace("/projects/{project_id}/", "").replace("branches/{branch_id}", "branch")}`,
    )
    // Asked until Neon has finished, so more often on a busy machine.
    .filter((call) => call !== "GET operations/{operation_id}");
  return `${calls.length}: ${calls.toSorted().join(", ")}`;
}

/** The table "Calls to Neon's API" of the page, by command. */
async function documented(): Promise<Readonly<Record<string, string>>> {
  const page = await readFile(new URL("../../../../docs/providers/neon.md", import.meta.url), "utf8");
  const table = page.split("## Calls to Neon's API")[1]?.split("\n## ")[0] ?? "";
  const rows = [...table.matchAll(/^\| (.+?) \| (\d+) \| (.*?) \|$/gm)].map(
    ([, command = "", count = "", calls = ""]): [string, string] => [
      command.replaceAll("`", ""),
      `${count}: ${calls
        .replaceAll("`", "")
        .split(", ")
        .filter((call) => call !== "")
        .toSorted()
        .join(", ")}`,
    ],
  );
  return Object.fromEntries(rows);
}

test("each command sends exactly the calls that the page lists", async () => {
  const expired = { ...taggedBranch("old", { now: Date.now(), ageMs: 8_000_000, expiresInMs: -600_000 }), expires_at: undefined };
  await mock.control("POST", "switches", { snapshotsOfChildren: true });
  const measured: Record<string, string> = {
    "up, first job": await callsOf("up"),
    "up, other jobs": await callsOf("up"),
    "up with neon.parent as a name": await callsOf("up", "--run", "named", "--set", "neon.parent=main"),
    migrate: await callsOf("migrate"),
    wait: await callsOf("wait"),
    status: await callsOf("status"),
    url: await callsOf("url"),
    psql: await callsOf("psql", "--", "-c", "select 1"),
    open: await callsOf("open"),
    audit: await callsOf("audit"),
    diff: await callsOf("diff"),
    drift: await callsOf("drift"),
    rehearse: await callsOf("rehearse"),
    clone: await callsOf("clone", "worker"),
    "clone --list": await callsOf("clone", "--list"),
    // A clone is a database of the branch that offshoot created, so that it changes nothing for the other commands.
    env: await callsOf("env"),
    "clone --delete": await callsOf("clone", "--delete", "worker"),
    extend: await callsOf("extend", "--ttl", "10d"),
    reset: await callsOf("reset"),
    snapshot: await callsOf("snapshot", "before"),
    "snapshot --list": await callsOf("snapshot", "--list"),
    restore: await callsOf("restore", "before"),
    "snapshot --delete": await callsOf("snapshot", "before", "--delete"),
    list: await callsOf("list"),
    run: await callsOf("run", "--run", "whole", "--", "true"),
    doctor: await callsOf("doctor"),
    "doctor --offline": await callsOf("doctor", "--offline"),
    sweep: await callsOf("sweep"),
    "sweep --also": await callsOf("sweep", "--also", "--set", 'sweep.also=[{"match":"ci-*","olderThan":"7d","reason":"old"}]'),
  };
  await mock.control("POST", "branches", { branches: [expired] });
  Object.assign(measured, {
    "sweep --yes, one branch": await callsOf("sweep", "--yes", "--all-repositories"),
    down: await callsOf("down", "--run", "named"),
  });
  expect(measured).toEqual(await documented());
}, 600_000);

test("a database that was created with SQL makes Neon's own list decide", async () => {
  await callsOf("up", "--run", "second");
  const { stdout } = await project.call(["env", "--run", "second", "--json"]);
  const { DATABASE_URL_UNPOOLED: url = "" } = JSON.parse(stdout) as Readonly<Record<string, string>>;
  await withSession(url, (session) => session.query("create database other"));
  expect(await callsOf("status", "--run", "second")).toBe("4: GET branch/databases, GET branches, GET connection_uri, GET connection_uri");
});

test("a project with unusual names costs more calls only until a machine has seen them", async () => {
  const api = `${mock.plainUrl}/projects/${mock.projectId}/branches`;
  const headers = { authorization: `Bearer ${mock.apiKey}`, "content-type": "application/json" };
  const change = (path: string, body: object | undefined): Promise<Response> =>
    fetch(`${api}/${path}`, { method: body === undefined ? "DELETE" : "POST", headers, ...(body && { body: JSON.stringify(body) }) });
  const [parent] = (await mock.branches()).filter(({ name }) => name === "main");
  await change(`${parent?.id}/roles`, { role: { name: "shopkeeper" } });
  await expect
    .poll(async () => (await change(`${parent?.id}/databases`, { database: { name: "shop", owner_name: "shopkeeper" } })).status)
    .toBe(201);
  await expect.poll(async () => (await change(`${parent?.id}/databases/neondb`, undefined)).status).toBe(200);
  await expect.poll(async () => ((await mock.control("GET", "state")) as { running: unknown[] }).running).toEqual([]);
  const other = { OFFSHOOT_HOME: await mkdtemp(join(tmpdir(), "offshoot-other-machine-")) };
  onTestFinished(() => rm(other.OFFSHOOT_HOME, { recursive: true }));
  const up = ["up", "--run", "unusual", "--set", "base=false"];
  await project.call(up);
  // The same machine knows the names from the reply to the create.
  expect(await callsOf("status", "--run", "unusual")).toBe("2: GET branches, GET connection_uri");
  await mock.control("DELETE", "calls");
  expect(await project.call(up, other)).toMatchObject({ code: 0 });
  expect(await callCount()).toBe(5);
  for (const [args, count] of [
    [up, 3],
    [["status", "--run", "unusual"], 2],
  ] as const) {
    await mock.control("DELETE", "calls");
    expect(await project.call(args, other)).toMatchObject({ code: 0 });
    expect([args[0], await callCount()]).toEqual([args[0], count]);
  }
});

async function callCount(): Promise<number> {
  return ((await mock.control("GET", "calls")) as { readonly log: readonly unknown[] }).log.length;
}
