// @module-tag proof
import { spawn, spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { OffshootError } from "../../../src/errors.ts";
import type { Listener } from "../../../src/events.ts";
import type { MigrationCommand } from "../../../src/readiness/migration-command.ts";
import { migrateOnce } from "../../../src/readiness/readiness.ts";
import { describeTraces, migration, openScene, type Scene } from "./scene.ts";

let scene: Scene;
let warnings: string[];
const emit: Listener = (event) => {
  if (event.kind === "warning") warnings.push(event.text);
};
beforeEach(async () => {
  scene = await openScene();
  warnings = [];
});
afterEach(() => scene.drop());

/** A command that ends with status 0 when the program that it started in the background has opened its session. */
function daemon(forMs: number): MigrationCommand {
  const script = `import pg from "pg"; import { writeFileSync } from "node:fs";
    const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
    await client.connect();
    writeFileSync(process.argv[1], "");
    await new Promise((resolve) => setTimeout(resolve, ${forMs}));
    await client.query("insert into trace (step, name) values ($1, $2)", ["end", "daemon"]);
    await client.end();`;
  const line = `setsid ${process.execPath} --input-type=module -e '${script}' $0 & until [ -e $0 ]; do sleep 0.05; done; rm $0`;
  return { kind: "argv", argv: ["bash", "-c", line, join(tmpdir(), scene.name)] };
}

const failure = async (promise: Promise<unknown>): Promise<OffshootError> =>
  promise.then(
    () => expect.unreachable("it succeeded"),
    (thrown: unknown) => thrown as OffshootError,
  );
/** Makes the server refuse a write to the marker as it does when its disk is full. */
const refuse = (when: string): Promise<unknown> =>
  scene.query(`create function refuse() returns trigger language plpgsql as $$ begin
      if ${when} then raise exception using errcode = '53100', message = 'could not extend file: No space left on device'; end if;
      return new;
    end $$;
    create trigger refuse before update on offshoot.readiness for each row execute function refuse()`);
/** Creates the tables with a first migration of another run. */
const makeTables = (): Promise<unknown> => migrateOnce(scene.request(migration(0), { run: "earlier", fingerprint: "b".repeat(64) }));

test("a command that leaves a session open fails, although it ended with status 0", async () => {
  const error = await failure(migrateOnce(scene.request(daemon(60_000))));
  expect(error.code).toBe("MIGRATION_FAILED");
  expect(error.message).toContain("ended with exit status 0, but left one database session open");
  expect(error.meaning).toMatch(/node|MainThread/);
  expect((await scene.markers())[0]?.state).toBe("failed");
  const open = "select count(*)::int as count from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
  await expect.poll(() => scene.query(open)).toEqual([{ count: 0 }]);
});

test("a background program whose session ends in time belongs to the migration, and ready is recorded after it", async () => {
  expect(await migrateOnce(scene.request(daemon(500), { emit }))).toMatchObject({ state: "ran" });
  expect((await scene.traces()).map(({ name }) => name)).toEqual(["daemon"]);
  const [marker] = await scene.markers();
  expect(marker?.finishedAt?.getTime()).toBeGreaterThan((await scene.traces())[0]?.at.getTime() ?? Infinity);
  expect(warnings).toEqual([]);
});

test("programs without a session that a command leaves running are ended, with a warning that names them", async () => {
  const command: MigrationCommand = { kind: "shell", text: "psql $DATABASE_URL -c 'select 1'; setsid sleep 1234 &" };
  expect(await migrateOnce(scene.request(command, { emit }))).toMatchObject({ state: "ran" });
  expect(warnings).toEqual(["The migration command left a process running (sleep), which offshoot ended."]);
  expect(spawnSync("pgrep", ["-f", "sleep 1234"]).status).toBe(1);
});

test("a command without a session at the URL is reported as not fenced, and fails where that is required", async () => {
  expect(await migrateOnce(scene.request({ kind: "shell", text: "true" }, { emit }))).toMatchObject({ state: "ran" });
  expect(warnings).toEqual([expect.stringContaining("was not fenced")]);
  const request = scene.request({ kind: "shell", text: "true" }, { fence: "require", fingerprint: "c".repeat(64), invocation: "101" });
  expect((await failure(migrateOnce(request))).message).toContain("opened no session at the URL");
});

test("a result that the server cannot write is reported as that, and not as a lost lead", async () => {
  await makeTables();
  await refuse("new.state = 'ready'");
  const error = await failure(migrateOnce(scene.request(migration(0), { invocation: "101" })));
  expect(error).toMatchObject({ code: "DISK_FULL", message: expect.stringContaining("No space left on device") as string });
  expect(describeTraces(await scene.traces())).toBe("begin 1, end 1, begin 2, end 2");
});

test("a heartbeat that the server cannot write ends the command, and is reported as that", async () => {
  await makeTables();
  await refuse(
    "new.state = 'migrating' and old.state = 'migrating' and exists (select from public.trace where step = 'begin' and name like '%:2')",
  );
  const error = await failure(migrateOnce(scene.request(migration(20_000), { invocation: "101" })));
  expect(error).toMatchObject({ code: "DISK_FULL", message: expect.stringContaining("heartbeat") as string });
  expect(describeTraces(await scene.traces())).toBe("begin 1, end 1, begin 2");
});

test("a failed migration is reported also when its failure cannot be written", async () => {
  await makeTables();
  await refuse("new.state = 'failed'");
  const error = await failure(migrateOnce(scene.request(migration(0, "fail"), { invocation: "101", emit })));
  expect(error).toMatchObject({ code: "MIGRATION_FAILED", facts: { exitCode: 3 } });
  expect(warnings).toEqual([expect.stringContaining("No space left on device")]);
});

/** A session beside the broker for two seconds, and one through it. */
const beside = (direct: string): MigrationCommand => ({
  kind: "shell",
  text: `${direct} & psql -qc "select pg_sleep(2)" "$DATABASE_URL"; wait`,
});

test("sessions that a command opens beside the broker are named in one warning", async () => {
  const command = beside(`env -u PGAPPNAME psql -qc "select pg_sleep(2)" "${scene.url}?application_name=own"`);
  expect(await migrateOnce(scene.request(command, { emit }))).toMatchObject({ state: "ran" });
  expect(warnings).toEqual([
    expect.stringMatching(/^A database session \(own\) did not pass offshoot's broker while the migration command ran\./),
  ]);
});

test("a session that the database opens with dblink is noticed", async () => {
  await scene.query("create extension dblink");
  const { username, password, hostname, port, pathname } = new URL(scene.url);
  const target = `host=${hostname} port=${port} user=${username} password=${password} dbname=${pathname.slice(1)}`;
  const command: MigrationCommand = {
    kind: "shell",
    text: `psql -qc "select dblink_connect('${target}'); select pg_sleep(2)" "$DATABASE_URL"`,
  };
  expect(await migrateOnce(scene.request(command, { emit }))).toMatchObject({ state: "ran" });
  expect(warnings).toEqual([expect.stringMatching(/^A database session \(without a name\) did not pass/)]);
});

test("a job that takes over reports the sessions that the ended leader's command may have left, and ends none", async () => {
  const killed = migrateOnce(
    scene.request({ kind: "shell", text: 'psql -qc "select 1" "$DATABASE_URL"; kill -9 $$' }, { invocation: "1" }),
  );
  expect((await failure(killed)).code).toBe("MIGRATION_FAILED");
  const left = spawn("psql", ["-qc", "select pg_sleep(60)", `${scene.url}?application_name=left`]);
  const open = "select count(*)::int as count from pg_stat_activity where application_name = 'left' and datname = current_database()";
  await expect.poll(() => scene.query(open)).toEqual([{ count: 1 }]);
  await migrateOnce(scene.request(migration(0), { invocation: "2", emit }));
  expect(warnings[0]).toMatch(
    /^A database session \(left\) did not pass offshoot's broker, and can be of the ended leader's command\. It was not ended/,
  );
  expect(await scene.query(open)).toEqual([{ count: 1 }]);
  left.kill("SIGKILL");
});
