// @module-tag proof
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { setTimeout as pause } from "node:timers/promises";
import { makeProject, type Project } from "../../support/cli.ts";
import { withSession } from "../../support/session.ts";
import { copyTool, isInstalled, REAL_TOOLS, toolPath } from "../../support/tools.ts";

// A killed leader, its watchdog and two starts of Knex take a minute on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

let project: Project;

beforeAll(async () => {
  project = await makeProject({ PATH: toolPath(), OFFSHOOT_BASE: "false" });
  await copyTool("knex", project.directory);
  // It sleeps only in the first try.
  await project.write(
    "migrations/20240104000004_slow.cjs",
    `exports.config = { transaction: false };
exports.up = async (knex) => {
  await knex.raw("create table if not exists tries (at timestamptz)");
  const { rows } = await knex.raw("insert into tries select now() returning (select count(*) from tries) as before");
  if (Number(rows[0].before) === 0) await knex.raw("select pg_sleep(60)");
  await knex.raw("create table slow ()");
};
exports.down = () => {};
`,
  );
});

afterAll(() => project.remove());

async function urlOf(run: string): Promise<string> {
  const { stdout } = await project.offshoot(["env", "--run", run, "--json"]);
  return (JSON.parse(stdout) as { DATABASE_URL_UNPOOLED: string }).DATABASE_URL_UNPOOLED;
}

/** Waits until the first try sleeps. */
async function untilSleeping(url: string): Promise<void> {
  await withSession(url, async (session) => {
    for (const end = performance.now() + 60_000; performance.now() < end; await pause(100)) {
      const rows = await session.query("select 1 from pg_stat_activity where query like '%pg_sleep%' and pid <> pg_backend_pid()");
      if (rows.length > 0) return;
    }
    throw new Error("the migration did not begin to sleep");
  });
}

const liquibase = REAL_TOOLS.some((tool) => tool.name === "liquibase" && isInstalled(tool));

test.runIf(liquibase)(
  "after kill -9 of a leader in the middle of a change set of Liquibase, the next leader releases Liquibase's lock and continues",
  async () => {
    const own = await makeProject({ PATH: toolPath(), OFFSHOOT_BASE: "false" });
    onTestFinished(() => own.remove());
    await copyTool("liquibase", own.directory);
    // It sleeps only in the first try.
    await own.write(
      "src/main/resources/db/changelog/changes/z-slow.sql",
      `--liquibase formatted sql

--changeset ada:slow runInTransaction:false
create table if not exists tries (at timestamptz);
insert into tries values (now());
select pg_sleep(case when (select count(*) from tries) = 1 then 60 else 0 end);
create table slow ();
`,
    );
    await own.offshoot(["up"]);
    const { stdout } = await own.offshoot(["env", "--json"]);
    const { DATABASE_URL_UNPOOLED: url } = JSON.parse(stdout) as { DATABASE_URL_UNPOOLED: string };
    const leader = own.start(["migrate"]);
    await untilSleeping(url);
    leader.child.kill("SIGKILL");
    await leader.finished;
    const locked = () => withSession(url, (session) => session.query("select locked from databasechangeloglock"));
    expect(await locked()).toEqual([{ locked: true }]);

    const { code, stderr } = await own.offshoot(["migrate"]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toContain(
      'The lock of liquibase ("public"."databasechangeloglock") was left by the leader that was ended, and was released.',
    );
    expect(await locked()).toEqual([{ locked: false }]);
  },
);

const lockIn = (url: string) => withSession(url, (session) => session.query("select is_locked from knex_migrations_lock"));
const knex = REAL_TOOLS.some((tool) => tool.name === "knex" && isInstalled(tool));

test.runIf(knex)(
  "after kill -9 of a leader in the middle of a migration of Knex, the next leader releases Knex's lock and continues",
  async () => {
    await project.offshoot(["up", "--run", "killed"]);
    const url = await urlOf("killed");
    const leader = project.start(["migrate", "--run", "killed"]);
    await untilSleeping(url);
    leader.child.kill("SIGKILL");
    expect((await leader.finished).signal).toBe("SIGKILL");

    const { code, stderr } = await project.offshoot(["migrate", "--run", "killed"]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toContain('The lock of knex ("public"."knex_migrations_lock") was left by the leader that was ended, and was released.');
    expect(await lockIn(url)).toEqual([{ is_locked: 0 }]);
    expect(await withSession(url, (session) => session.query("select to_regclass('slow') is not null as made"))).toEqual([{ made: true }]);
  },
);

test.runIf(knex)("a lock whose holder is not known stays, and the failure explains it with Knex's own command", async () => {
  await project.offshoot(["up", "--run", "unknown"]);
  const url = await urlOf("unknown");
  await withSession(url, (session) =>
    session.query(
      "create table knex_migrations_lock (index serial primary key, is_locked integer); insert into knex_migrations_lock (is_locked) values (1)",
    ),
  );
  const { code, stderr } = await project.offshoot(["migrate", "--run", "unknown"]);
  expect({ code, stderr }).toMatchObject({ code: 11 });
  expect(stderr).toContain("Knex found its own lock in the database.");
  expect(stderr).toContain("run `knex migrate:unlock`");
  expect(await lockIn(url)).toEqual([{ is_locked: 1 }]);
});

test.runIf(knex)("a lock stays while another program uses the database", async () => {
  await project.offshoot(["up", "--run", "shared"]);
  const url = await urlOf("shared");
  const leader = project.start(["migrate", "--run", "shared"]);
  await untilSleeping(url);
  leader.child.kill("SIGKILL");
  await leader.finished;
  await withSession(
    url,
    async () => {
      const { code, stderr } = await project.offshoot(["migrate", "--run", "shared"]);
      expect({ code, stderr }).toMatchObject({ code: 11 });
      expect(stderr).toContain("It was not released, because another program uses this database.");
    },
    { applicationName: "worker" },
  );
});
