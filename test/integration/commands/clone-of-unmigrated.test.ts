// @module-tag proof
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, inject, onTestFinished, test } from "vitest";
import { up } from "../../../src/index.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { withSession } from "../../support/session.ts";

async function project(env: Readonly<Record<string, string>> = {}): Promise<Project & { readonly run: string }> {
  const run = `state-${Math.random().toString(36).slice(2)}`;
  const made = await makeProject({
    OFFSHOOT_PROVIDER: "existing",
    OFFSHOOT_EXISTING_URL: inject("serverUrl"),
    OFFSHOOT_EXISTING_CLONES: "true",
    OFFSHOOT_BASE: "false",
    OFFSHOOT_RUN: run,
    ...env,
  });
  await mkdir(join(made.directory, "migrations"));
  await made.write("migrations/0001_item.sql", "create table item (id int);");
  onTestFinished(async () => {
    await made.call(["down", "--force"]);
    await rm(made.directory, { recursive: true });
  });
  return { ...made, run };
}

const tables = async (url: string): Promise<unknown> => {
  const rows = await withSession(url, (session) =>
    session.query("select relname::text as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1"),
  );
  return rows.map(({ name }) => name);
};

test("no clone is made of a run whose migrations failed, in the CLI and in the library, until they ran", async () => {
  const made = await project();
  await made.write("migrations/0002_broken.sql", "select nothing from nowhere;");
  expect(await made.call(["up", "--migrate"])).toMatchObject({ code: 11 });
  const refused = await made.call(["clone", "one"]);
  expect(refused).toMatchObject({ code: 11, stdout: "" });
  expect(refused.stderr).toContain("No clone was made, because the migrations failed in the run's database");
  expect(refused.stderr).toContain('relation "nowhere" does not exist');
  expect(refused.stderr).toContain(`npx offshoot migrate --retry --run ${made.run}`);
  const { database } = await up({ cwd: made.directory, env: made.env });
  await expect(database.clone()).rejects.toMatchObject({ code: "MIGRATION_FAILED", remedy: expect.stringContaining("migrate --retry") });

  await made.write("migrations/0002_broken.sql", "create table other (id int);");
  expect(await made.call(["migrate", "--retry", "--run", made.run])).toMatchObject({ code: 0 });
  expect(await tables((await made.call(["clone", "one"])).stdout.trim())).toEqual(["item", "other"]);
});

test("no clone is made of an empty database although the repository has migrations", async () => {
  const made = await project();
  await made.call(["up"]);
  const refused = await made.call(["clone"]);
  expect(refused).toMatchObject({ code: 2, stdout: "" });
  expect(refused.stderr).toContain("because the migrations did not run");
  expect(refused.stderr).toContain(`npx offshoot migrate --run ${made.run}`);
  const { database } = await up({ cwd: made.directory, env: made.env });
  await expect(database.clone()).rejects.toMatchObject({ code: "NOT_MIGRATED" });
  // The advised way to get an empty one.
  expect(await made.call(["clone", "--set", "migrations.tool=none"])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^postgresql:/),
  });
});

test("a database that another tool filled is cloned, with a warning", async () => {
  const made = await project();
  await made.call(["up"]);
  const url = (await made.call(["url"])).stdout.trim();
  await withSession(url, (session) => session.query("create table by_hand (id int)"));
  const ended = await made.call(["clone"]);
  expect(ended.stderr).toContain("The clone is made although the migrations did not run in the run's database");
  expect(await tables(ended.stdout.trim())).toEqual(["by_hand"]);
});

test("a repository without migrations has clones, and no warning", async () => {
  const made = await project();
  await rm(join(made.directory, "migrations"), { recursive: true });
  await made.call(["up"]);
  expect(await made.call(["clone"])).toMatchObject({ code: 0, stderr: "" });
});

test("while the migrations run, no clone is made; after they were killed neither, until they ran again", async () => {
  const made = await project();
  await made.write(
    "migrations/0002_slow.sql",
    "do $$ begin if to_regclass('public.go') is null then perform pg_sleep(60); end if; end $$; create table fast (id int);",
  );
  await made.call(["up"]);
  const bin = new URL("../../../bin/offshoot.js", import.meta.url).pathname;
  const leader = spawn(process.execPath, [bin, "migrate"], { cwd: made.directory, env: made.env, stdio: "ignore" });
  const ended = once(leader, "exit");
  await untilMigrating(made);
  const running = await made.offshoot(["clone", "one"]);
  expect(running).toMatchObject({ code: 2, stdout: "" });
  expect(running.stderr).toContain("are running (run by");
  expect(running.stderr).toContain(`npx offshoot wait --run ${made.run}`);
  leader.kill("SIGKILL");
  await ended;
  const killed = await made.offshoot(["clone", "one"]);
  expect(killed).toMatchObject({ code: 11, stdout: "" });
  expect(killed.stderr).toContain("were interrupted (run by");
  const url = (await made.call(["url"])).stdout.trim();
  await withSession(url, (session) => session.query("create table go (id int)"));
  expect(await made.call(["migrate", "--run", made.run])).toMatchObject({ code: 0 });
  expect(await tables((await made.call(["clone", "one"])).stdout.trim())).toEqual(["fast", "go", "item"]);
}, 120_000);

test("a clone that is asked for while the migrations run has their result when they end soon", async () => {
  const made = await project();
  await made.write("migrations/0002_slow.sql", "select pg_sleep(3); create table late (id int);");
  await made.call(["up"]);
  const migrated = made.offshoot(["migrate"]);
  await untilMigrating(made);
  const [clone] = await Promise.all([made.offshoot(["clone"]), migrated]);
  expect(await tables(clone.stdout.trim())).toEqual(["item", "late"]);
}, 60_000);

test("a snapshot of a database whose migrations failed is stored with a warning", async () => {
  const made = await project({ OFFSHOOT_PROVIDER: "embedded" });
  await made.write("migrations/0002_broken.sql", "select nothing from nowhere;");
  await made.call(["up"]);
  const before = await made.call(["snapshot", "before"]);
  expect(before.stderr).toContain("The snapshot is stored although the migrations did not run in the run's database");
  await made.call(["migrate"]);
  const after = await made.call(["snapshot", "after"]);
  expect(after).toMatchObject({ code: 0 });
  expect(after.stderr).toContain("The snapshot is stored although the migrations failed in the run's database");
});

async function untilMigrating(made: Project): Promise<void> {
  for (let at = 0; at < 100; at += 1) {
    const { markers } = JSON.parse((await made.call(["status", "--json"])).stdout) as { markers: { state: string }[] };
    if (markers[0]?.state === "migrating") return;
    await pause(100);
  }
  throw new Error("no job migrated");
}
