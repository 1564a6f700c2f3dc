// @module-tag proof
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Rehearsal } from "../../../src/commands/rehearse.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { withSession } from "../../support/session.ts";

let server: TestServer;
let project: Project;

beforeAll(async () => {
  server = await startServer({ max_prepared_transactions: 4 });
  project = await makeProject({ OFFSHOOT_PROVIDER: "existing", OFFSHOOT_EXISTING_URL: server.url });
  // `through` has the URL that offshoot sets, `beside` is a connection to the server itself, as of a tool with its own host setting.
  await project.write(
    "migrate.mjs",
    `import pg from ${JSON.stringify(import.meta.resolve("pg"))};
import { readFileSync } from "node:fs";
const given = new URL(process.env.DATABASE_URL);
const server = new URL(${JSON.stringify(server.url)});
server.pathname = given.pathname;
const sessions = {};
for (const line of readFileSync("steps.txt", "utf8").trim().split("\\n")) {
  const [who, sql] = [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)];
  if (sessions[who] === undefined) await (sessions[who] = new pg.Client({ connectionString: (who === "beside" ? server : given).href })).connect();
  await sessions[who].query(sql);
}
for (const session of Object.values(sessions)) await session.end();
`,
  );
  await project.write("start.sql", "");
  await project.offshoot(["up"]);
  const { stdout } = await project.offshoot(["url"]);
  await withSession(stdout.trim(), (session) => session.query("create table item as select g as id from generate_series(1, 20000) g"));
}, 120_000);
afterAll(async () => {
  await project.remove();
  await server.stop();
});

async function rehearse(...steps: readonly string[]): Promise<{ readonly code: number | null; readonly result: Rehearsal }> {
  await project.write("steps.txt", steps.join("\n"));
  const { code, stdout, stderr } = await project.offshoot(["rehearse", "--json", "--no-alternatives", "--", "node", "migrate.mjs"]);
  if (stdout === "") throw new Error(stderr);
  return { code, result: JSON.parse(stdout) as Rehearsal };
}

const LOCK = "begin; lock table item in access exclusive mode; select pg_sleep(3); commit";

test.each([
  ["no session passes the broker", [`beside ${LOCK}`]],
  ["another session passes the broker", ["through alter table item add column n int", `beside ${LOCK}`]],
])("the locks of a session that connects to the server itself are judged where %s", { timeout: 60_000 }, async (_, steps) => {
  const { code, result } = await rehearse(...steps);
  expect({ code, outcome: result.outcome }).toEqual({ code: 10, outcome: "succeeded" });
  const found = result.findings.find(({ code: kind }) => kind === "reads-blocked");
  expect(found).toMatchObject({ object: { name: "public.item" }, facts: { blocked: expect.stringMatching(/^(?:2\.[89]|3\.\d) s$/) } });
  expect(result.observation.limits.join("\n")).toMatch(/1 session of the command connected to the server itself/);
});

test("the locks of a prepared transaction are judged", { timeout: 60_000 }, async () => {
  const { code, result } = await rehearse(
    "through begin; lock table item in access exclusive mode; prepare transaction 'one'",
    "through select pg_sleep(3)",
    "through commit prepared 'one'",
  );
  expect(code).toBe(10);
  expect(result.tables.find(({ table }) => table === "public.item")?.blockedReadsMs).toBeGreaterThan(2800);
});

test("a prepared transaction that the command leaves is rolled back in the copy, and said", { timeout: 60_000 }, async () => {
  const { result } = await rehearse("through begin; lock table item in access exclusive mode; prepare transaction 'left'");
  expect(result.observation.limits.join("\n")).toMatch(/left 1 prepared transaction, which was rolled back in the copy/);
  await withSession(server.url, async (session) => {
    expect(await session.query("select gid from pg_prepared_xacts")).toEqual([]);
    expect(await session.query("select datname from pg_database where datname like '%scratch%' or datname like '%rehears%'")).toEqual([]);
  });
});

test("a command that does not use the copy is an error, and nothing is reported as rehearsed", { timeout: 60_000 }, async () => {
  const { code, stderr } = await project.offshoot(["rehearse", "--no-alternatives", "--", "node", "-e", "0"]);
  expect(code).toBe(11);
  expect(stderr).toContain("Nothing was rehearsed: the migration command did not use the copy.");
  const used = await rehearse("through select 1");
  expect({ code: used.code, outcome: used.result.outcome }).toEqual({ code: 0, outcome: "nothing-pending" });
});
