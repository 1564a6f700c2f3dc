import { afterAll, beforeAll, expect, test } from "vitest";
import { refusedByServer } from "../../../src/postgres/refused.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { newDatabase } from "../../support/new-database.ts";
import { withSession } from "../../support/session.ts";

let project: Project;
let url: string;

beforeAll(async () => {
  project = await makeProject();
  url = await newDatabase("refused");
});
afterAll(() => project.remove());

const RAISE = "create function login() returns event_trigger language plpgsql as $$ begin raise exception 'no entry'; end $$;";

test.each([
  [`${RAISE} create event trigger login on login execute function login()`, "no entry", "PL/pgSQL function"],
  ["alter database %s set session_preload_libraries = 'no_such_library'", "no_such_library", "Look at the settings"],
])("a login that the server refuses is an error with the server's words", async (sql, words, hint) => {
  const refused = await newDatabase("refused");
  await withSession(refused, (session) => session.query(sql.replace("%s", new URL(refused).pathname.slice(1))));
  const { code, stderr } = await project.call(["audit", "--url", refused]);
  expect(stderr).toContain(words);
  expect(stderr).toContain(hint);
  expect(stderr).not.toContain("report it");
  expect(code).toBe(13);
});

test.each([
  ["select * from missing", false],
  ["select 'x'::integer", false],
  ["do $$ begin perform missing(); end $$", true],
  ["create function own() returns void language sql as $$ select 1 / 0 $$; select own()", true],
  ["set role pg_monitor; create table public.a ()", true],
])("%s: whether the server or offshoot is the reason", async (sql, isServer) => {
  const thrown = await withSession(url, (session) => session.query(sql)).catch((failed: unknown) => failed);
  expect(refusedByServer(thrown) !== undefined).toBe(isServer);
});

test("a session that somebody ended says so, and does not blame the settings of the server", async () => {
  const thrown = await withSession(url, (session) => session.query("select pg_terminate_backend(pg_backend_pid())")).catch(
    (failed: unknown) => failed,
  );
  const { message, meaning = "", remedy = "" } = refusedByServer(thrown) ?? { message: "" };
  expect(message).toMatch(/^A session of offshoot was ended from outside: .*\(SQLSTATE 57P01\)\.$/);
  expect(meaning).toContain("`offshoot reset`");
  expect(remedy).not.toContain("settings");
});
