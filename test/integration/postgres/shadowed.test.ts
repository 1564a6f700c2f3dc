// @module-tag proof
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { withSession as withOwnSession } from "../../../src/postgres/connect.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { CREATE_TWINS, DROP_OPERATORS, EVIL_PATH, SHADOWED } from "../../support/evil-twins.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { withSession } from "../../support/session.ts";
import { unpinningProxy } from "../../support/unpinning-proxy.ts";

let server: TestServer;
let project: Project;

/** A migration that calls no function itself. */
const table = (name: string): string => `create table public.${name} (id pg_catalog.int4 primary key, note pg_catalog.text)`;

/** The names of the twins that were called so far. */
async function called({ data }: TestServer = server): Promise<readonly string[]> {
  const log = await readFile(join(dirname(data), "log"), "utf8");
  const marker = new RegExp(`LOG: +${SHADOWED} (.*)$`, "gm");
  return [...new Set([...log.matchAll(marker)].map(([, name]) => name ?? ""))].toSorted();
}

beforeAll(async () => {
  // The log is read, so a session must not hide what a twin writes.
  server = await startServer({ log_min_messages: "log", log_min_error_statement: "log", max_connections: 100 });
  for (const database of ["template1", "postgres"]) {
    await withSession(new URL(`/${database}`, server.url).href, (session) => session.query(CREATE_TWINS));
  }
  // Every session of every database gets the hostile search path, and other settings that change results.
  const hostile = [
    `search_path = ${EVIL_PATH}`,
    "datestyle = 'German'",
    "intervalstyle = 'sql_standard'",
    "bytea_output = 'escape'",
    "extra_float_digits = -15",
    "standard_conforming_strings = off",
    "quote_all_identifiers = on",
    "default_transaction_isolation = 'serializable'",
    "array_nulls = off",
  ];
  await withSession(server.url, async (session) => {
    for (const setting of hostile) await session.query(`alter role postgres set ${setting}`);
  });
  project = await makeProject({ OFFSHOOT_PROVIDER: "existing", OFFSHOOT_EXISTING_URL: server.url, OFFSHOOT_EXISTING_CLONES: "true" });
  await writeMigrations(project);
});

async function writeMigrations(to: Project): Promise<void> {
  await to.write("offshoot.yaml", "migrations:\n  tool: sql\n");
  await mkdir(join(to.directory, "migrations"));
  await to.write("migrations/1.sql", `${table("one")};`);
  await to.write("migrations/1.down.sql", "drop table public.one;");
  await to.write("migrations/2.sql", `${table("two")}; create index two_note on public.two (note);`);
  await to.write("migrations/2.down.sql", "drop table public.two;");
}

afterAll(async () => {
  await project?.remove();
  await server?.stop();
});

test("SQL with the search path of the database calls the twins, so that the log shows calls", async () => {
  await withSession(server.url, (session) => session.query("select now(), relname = 'x'::text from pg_class limit 1"));
  expect(await called()).toEqual(["nameeqtext", "now", "pg_class", "type text"]);
});

test("no command calls a twin", { timeout: 240_000 }, async () => {
  const before = await called();
  const commands: readonly (readonly string[])[] = [
    ["doctor"],
    ["up"],
    ["migrate"],
    ["env"],
    ["status"],
    ["list"],
    ["extend"],
    ["audit"],
    ["audit", "--write"],
    ["audit"],
    ["audit", "--update"],
    ["drift", "--actual", "run"],
    ["rollback-check"],
    ["diff"],
    ["rehearse"],
    ["clone", "one"],
    ["clone", "one", "--delete"],
    ["wait"],
  ];
  const failed: string[] = [];
  for (const command of commands) {
    const { code, stderr } = await project.offshoot(command);
    // The twins are functions that the audit reports.
    if (code !== 0 && !(command[0] === "audit" && code === 10)) failed.push(`${command.join(" ")}: ${code} ${stderr}`);
  }
  const url = JSON.parse((await project.offshoot(["env", "--format", "json"])).stdout) as { DATABASE_URL: string };
  await withSession(url.DATABASE_URL, (session) => session.query("alter table public.one drop column note"));
  const repaired = await project.offshoot(["drift", "--actual", "run", "--repair", "repair.sql"]);
  if (repaired.code !== 10) failed.push(`drift --repair: ${repaired.code} ${repaired.stderr}`);
  const contend = await Promise.all([1, 2, 3].map(() => project.offshoot(["run", "--run", "shared", "--", "true"])));
  for (const { code, stderr } of contend) if (code !== 0) failed.push(`run: ${code} ${stderr}`);
  await project.offshoot(["up", "--run", "killed"]);
  const slow = ["migrate", "--run", "killed", "--", "sleep", "3"];
  const leader = project.start([...slow.slice(0, 3), "--verbose", ...slow.slice(3)]);
  await leader.until("This job runs the migrations");
  const waiter = project.start(slow);
  leader.child.kill("SIGKILL");
  const { code: taken, stderr: why } = await waiter.finished;
  if (taken !== 0) failed.push(`takeover: ${taken} ${why}`);
  for (const command of [["down"], ["down", "--run", "killed"], ["sweep", "--yes", "--older-than", "1m"]]) {
    const { code, stderr } = await project.offshoot(command);
    if (code !== 0) failed.push(`${command.join(" ")}: ${code} ${stderr}`);
  }
  expect({ failed, called: (await called()).filter((name) => !before.includes(name)) }).toEqual({ failed: [], called: [] });
});

test("each name has its schema, so that no twin is called where the search path is not pinned", { timeout: 300_000 }, async () => {
  const unpinned = await startServer({ log_min_messages: "log", max_connections: 100 });
  onTestFinished(() => unpinned.stop());
  for (const database of ["template1", "postgres"]) {
    await withSession(new URL(`/${database}`, unpinned.url).href, async (session) => {
      await session.query(CREATE_TWINS);
      // Only a pinned search path keeps the operators of others away.
      await session.query(DROP_OPERATORS);
    });
  }
  const proxy = await unpinningProxy(unpinned.url);
  const own = await makeProject({ OFFSHOOT_PROVIDER: "existing", OFFSHOOT_EXISTING_URL: proxy.url, OFFSHOOT_EXISTING_CLONES: "true" });
  onTestFinished(async () => {
    await own.remove();
    await proxy.close();
  });
  await writeMigrations(own);
  await withOwnSession(proxy.url, (session) => session.query("select now()"));
  expect(await called(unpinned)).toEqual(["now"]);
  const failed: string[] = [];
  for (const command of UNPINNED) {
    const { code, stderr } = await own.call(command.split(" "));
    if (code !== 0 && !(command.startsWith("audit") && code === 10)) failed.push(`${command}: ${code} ${stderr}`);
  }
  // The repair of a column that is missing. Its statements are the user's, so the names in them are not qualified.
  await own.call(["up"]);
  await own.call(["migrate"]);
  const { DATABASE_URL } = JSON.parse((await own.call(["env", "--format", "json"])).stdout) as { DATABASE_URL: string };
  await withSession(DATABASE_URL, (session) => session.query("alter table public.one drop column note"));
  const { code, stderr } = await own.call(["drift", "--actual", "run", "--repair", "repair.sql"]);
  if (code !== 10) failed.push(`drift --repair: ${code} ${stderr}`);
  expect({ failed, called: await called(unpinned) }).toEqual({ failed: [], called: ["now"] });
});

const UNPINNED = [
  "doctor",
  "up",
  "migrate",
  "env",
  "status",
  "list",
  "extend",
  "audit",
  "clone one",
  "clone one --delete",
  "rollback-check",
  "wait",
  "diff",
  "rehearse",
  "drift --actual run",
  "run --run other -- true",
  "down",
  "sweep --yes --older-than 1m",
];
