// @module-tag proof
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";
import { type CountingProxy, countingProxy } from "../../support/counting-proxy.ts";
import { type MockServer, startMock } from "../../support/mock-server.ts";

const PAGE = new URL("../../../docs/performance.md", import.meta.url);

let proxy: CountingProxy;
let mock: MockServer;
let onServer: Project;
let onNeon: Project;

beforeAll(async () => {
  [proxy, mock] = await Promise.all([countingProxy(inject("serverUrl")), startMock("--postgres")]);
  onServer = await makeProject({ OFFSHOOT_PROVIDER: "existing", OFFSHOOT_EXISTING_URL: proxy.url });
  onNeon = await makeProject({ OFFSHOOT_PROVIDER: "neon", ...mock.env });
});
afterAll(async () => {
  await Promise.all([onServer.remove(), onNeon.remove()]);
  await Promise.all([proxy.close(), mock.stop()]);
});

/** The cells of the rows of a table on the page, by the first cell. `table` is the text of the first cell of its head. */
async function tableOf(table: string): Promise<readonly (readonly string[])[]> {
  const lines = (await readFile(PAGE, "utf8")).split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${table} |`));
  expect(start).toBeGreaterThan(0);
  const rows = lines.slice(start + 2);
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith("|")),
    )
    .map((row) =>
      row
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

async function done(project: Project, ...args: string[]): Promise<void> {
  const { code, stderr } = await project.call(args);
  expect([args, code, code === 0 ? "" : stderr]).toEqual([args, 0, ""]);
}

/** Asked until Neon has finished a branch, so more often on a busy machine. */
const POLLS: readonly string[] = ["GET /branches/{branch_id}", "GET /operations/{operation_id}"];

/** In this order: each command finds what the earlier ones left. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  "`up`, a new database": ["up"],
  "`up`, an existing database": ["up"],
  "`env`": ["env"],
  "`status`": ["status"],
  "`list`": ["list"],
  "`extend`": ["extend"],
  "`reset`": ["reset"],
  "`snapshot`": ["snapshot", "before"],
  "`restore`": ["restore", "before"],
  "`down`": ["down"],
};

test("the page shows how often each command connects to a server, and how many round trips it needs", { timeout: 300_000 }, async () => {
  await done(onServer, "list");
  proxy.take();
  const measured: (readonly string[])[] = [];
  for (const [name, args] of Object.entries(COMMANDS)) {
    // A server of somebody else has none of these.
    if (["`reset`", "`snapshot`", "`restore`"].includes(name)) continue;
    await done(onServer, ...args);
    const { connections, roundTrips } = proxy.take();
    measured.push([name, String(connections), String(roundTrips)]);
  }
  expect(measured).toEqual(await tableOf("command on a server"));
});

const [BRANCHES, ENDPOINTS] = ["GET /branches", "GET /endpoints"];

/** The requests of a command to the mock, which writes each one into its log when it ends. These two are sent at once, so that either can end first. */
async function requestsOf(...args: readonly string[]): Promise<readonly string[]> {
  await mock.control("DELETE", "calls");
  await done(onNeon, ...args);
  const { log } = (await mock.control("GET", "calls")) as { log: { method: string; route: string }[] };
  const requests = log
    .map(({ method, route }) => `${method} ${route.replace("/projects/{project_id}", "")}`)
    .filter((each) => !POLLS.includes(each));
  const at = requests.indexOf(ENDPOINTS);
  return at >= 0 && requests[at + 1] === BRANCHES ? requests.toSpliced(at, 2, BRANCHES, ENDPOINTS) : requests;
}

test("the page shows the requests of each command to Neon's API", { timeout: 300_000 }, async () => {
  const measured: (readonly string[])[] = [];
  await mock.control("POST", "switches", { snapshotsOfChildren: true });
  for (const [name, args] of Object.entries(COMMANDS)) {
    const requests = await requestsOf(...args);
    measured.push([name, String(requests.length), requests.map((each) => `\`${each}\``).join(", ")]);
  }
  expect(measured).toEqual(await tableOf("command on Neon"));
});

test.each(["branches", "endpoints"])("either of the two requests that `list` sends at once can end first (slow: %s)", async (slow) => {
  await mock.control("POST", "faults", { method: "GET", route: `/projects/{project_id}/${slow}`, delayMs: 500 });
  expect(await requestsOf("list")).toEqual([BRANCHES, ENDPOINTS]);
});
