// @module-tag proof
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseUrl } from "../../../src/postgres/url.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { findMajor } from "../../support/majors.ts";
import { newDatabase } from "../../support/new-database.ts";
import { sharedServer } from "../../support/shared-server.ts";
import { withSession } from "../../support/session.ts";

let project: Project;
let production: string;
let temporary: string;

beforeAll(async () => {
  production = await newDatabase("killed", { server: (await sharedServer(await findMajor(15))).url });
  await withSession(production, (session) =>
    session.query(`create function slow() returns bool language plpgsql as $$ begin
        if current_setting('application_name') = 'pg_restore' then perform pg_sleep(1); end if; return true; end $$;
      create table account (id int, note text, check (slow()));
      insert into account select g, 'rowsecret-' || g from generate_series(1, 1000) g`),
  );
  project = await makeProject({ PRODUCTION: production });
  await mkdir(join(project.directory, "migrations"));
  await project.write("migrations/001_next.sql", "select 1;\n");
  temporary = join(project.directory, "temporary");
  await mkdir(temporary);
}, 120_000);
afterAll(() => project.remove());

const start = (): ReturnType<Project["start"]> => project.start(["rehearse", "--from", "PRODUCTION"], { TMPDIR: temporary });

/** The sessions of pg_dump in production. */
const dumps = async (): Promise<number> => {
  const [row] = await withSession(production, (session) =>
    session.query<{ count: number }>(
      "select count(*)::int as count from pg_stat_activity where application_name = 'pg_dump' and datname = $1",
      [parseUrl(production).database],
    ),
  );
  return row?.count ?? 0;
};

/** Whether pg_restore of the rehearsal runs. */
const restores = async (): Promise<boolean> => {
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const [command, env] = await Promise.all(
      ["cmdline", "environ"].map((name) => readFile(`/proc/${pid}/${name}`, "latin1").catch(() => "")),
    );
    if (command?.includes("pg_restore") && env?.includes(`TMPDIR=${temporary}`)) return true;
  }
  return false;
};

test.runIf(process.platform === "linux")(
  "kill -9 leaves no rows of the dump in a file, and ends pg_restore",
  { timeout: 120_000 },
  async () => {
    const { child, finished } = start();
    await expect.poll(restores, { timeout: 60_000 }).toBe(true);
    await pause(500);
    child.kill("SIGKILL");
    await finished;
    expect((await readdir(temporary, { recursive: true })).filter((name) => name.startsWith("offshoot-dump"))).toEqual([]);
    await expect.poll(restores, { timeout: 10_000 }).toBe(false);
  },
);

test("kill -9 ends pg_dump, which holds locks in production", { timeout: 120_000 }, async () => {
  await withSession(production, async (session) => {
    // pg_dump waits for it.
    await session.query("begin; lock table account in access exclusive mode");
    const { child, finished } = start();
    await expect.poll(dumps, { timeout: 60_000 }).toBe(1);
    child.kill("SIGKILL");
    await finished;
    await expect.poll(dumps, { timeout: 10_000 }).toBe(0);
    await session.query("rollback");
  });
});
