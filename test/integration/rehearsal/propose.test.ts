import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formatUrl, parseUrl, withDatabase } from "../../../src/postgres/url.ts";
import { parseTraffic } from "../../../src/rehearsal/traffic/parse.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { withSession } from "../../support/session.ts";

let server: TestServer;
let project: Project;
let production: string;

beforeAll(async () => {
  server = await startServer({ shared_preload_libraries: "pg_stat_statements" });
  await server.createDatabase("shop");
  production = withDatabase(server.url, "shop");
  await withSession(production, async (session) => {
    await session.query("create extension pg_stat_statements; create table person (id int primary key, name text, mail text)");
    await session.query("select pg_stat_statements_reset()");
    for (let id = 0; id < 30; id += 1) await session.query("select name from person where id = $1", [id]);
    for (let id = 0; id < 9; id += 1)
      await session.query(`insert into person values (${id}, 'Ann 4711', 'ann${id}@example.org') /* user 4711 */`);
    await session.query("update person set name = 'secret' where mail like '%@example.org'");
  });
  project = await makeProject({ PRODUCTION: production });
}, 60_000);

afterAll(async () => {
  await project.remove();
  await server.stop();
});

const propose = (file: string, from = "PRODUCTION", ...more: readonly string[]): ReturnType<Project["call"]> =>
  project.call(["rehearse", "--from", from, "--propose-traffic", file, ...more]);

test("proposes what the server counted, most frequent first, and no value of it", async () => {
  const { code, stdout, stderr } = await propose("traffic.yaml");
  expect([code, stdout]).toEqual([0, "wrote  traffic.yaml: 3 statements\n"]);
  expect(stderr).toContain("fill in 6 values in traffic.yaml, then: npx offshoot rehearse --from=PRODUCTION --traffic traffic.yaml");
  const text = await readFile(join(project.directory, "traffic.yaml"), "utf8");
  expect(text).not.toMatch(/4711|Ann|example|secret|pg_stat_statements_reset/);
  const { statements } = parseTraffic(text.replaceAll("FILL_IN", "1"), "traffic.yaml");
  expect(statements.map(({ sql, weight }) => [sql, weight])).toEqual([
    ["select name from person where id = $1", 750],
    ["insert into person values ($1, $2, $3)", 225],
    ["update person set name = $1 where mail like $2", 25],
  ]);
});

test("a file that exists is not written again, and a proposal does not rehearse", async () => {
  await project.write("there.yaml", "mine\n");
  const again = await propose("there.yaml");
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("Could not write there.yaml: it already exists.")]);
  expect(await readFile(join(project.directory, "there.yaml"), "utf8")).toBe("mine\n");
  const both = await propose("other.yaml", "PRODUCTION", "--report", "json");
  expect([both.code, both.stderr]).toEqual([2, expect.stringContaining("--report cannot be used with it")]);
});

test("the error for a role that must not see the statements of others names the right that it needs", async () => {
  await withSession(production, (session) => session.query("create role weak login password 'x'"));
  const weak = formatUrl({ ...parseUrl(production), user: "weak", password: "x" });
  const { code, stderr } = await propose("weak.yaml", weak);
  expect([code, stderr]).toEqual([2, expect.stringContaining("grant pg_read_all_stats")]);
});

test("each statement of other roles that this role must not see is counted, and statements of pg_dump are not proposed", async () => {
  await withSession(production, async (session) => {
    await session.query("create role clerk login password 'x'; grant select on person to clerk; create sequence number");
    for (let time = 0; time < 50; time += 1) await session.query("SELECT last_value, is_called FROM number");
  });
  const clerk = formatUrl({ ...parseUrl(production), user: "clerk", password: "x" });
  await withSession(clerk, (session) => session.query("select id from person where name = 'x'"));
  const [counted] = await withSession(production, (session) =>
    session.query<{ n: number }>(
      "select count(*)::int as n from pg_stat_statements where dbid = (select oid from pg_database where datname = 'shop') and userid <> 'clerk'::regrole",
    ),
  );
  const { code, stderr } = await propose("clerk.yaml", clerk);
  const seen = Number(/must not see (\d+) statements of other roles/.exec(stderr)?.[1]);
  expect(code).toBe(0);
  // The first of these queries is counted between the two.
  expect(seen).toBeGreaterThanOrEqual(counted?.n ?? 100);
  expect(seen).toBeLessThan((counted?.n ?? 0) + 5);
  await propose("dumped.yaml");
  expect(await readFile(join(project.directory, "dumped.yaml"), "utf8")).not.toContain("last_value");
});

test("a server without the extension, and a project without a server, say what to do", async () => {
  const missing = await propose("none.yaml", server.url);
  expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining("create extension pg_stat_statements")]);
  const local = await project.call(["rehearse", "--propose-traffic", "none.yaml"]);
  expect([local.code, local.stderr]).toEqual([13, expect.stringContaining("--from URL")]);
});
