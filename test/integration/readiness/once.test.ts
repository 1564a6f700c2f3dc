import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { OffshootError } from "../../../src/errors.ts";
import { migrateOnce, waitUntilMigrated } from "../../../src/readiness/readiness.ts";
import { describeTraces, migration, openScene, type Scene, startJob, TIMINGS } from "./scene.ts";

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.drop());

const failure = (promise: Promise<unknown>): Promise<OffshootError> =>
  promise.then(
    () => expect.unreachable("it succeeded"),
    (thrown: unknown) => thrown as OffshootError,
  );

const refuse = (): Promise<void> => Promise.reject(new Error("two overloads of claim_outbox"));

describe("one job migrates, the others wait", () => {
  test("fifty callers in five processes run the command once, and no call returns before its end", async () => {
    const folder = await mkdtemp(join(tmpdir(), "offshoot-readiness-"));
    const countFile = join(folder, "count");
    const request = scene.request(migration(1500));
    const jobs = Array.from({ length: 5 }, () =>
      startJob({ ...request, env: (url) => ({ ...request.env(url), COUNT_FILE: countFile }) }, 10),
    );
    await Promise.race(jobs.map(({ child }) => new Promise((resolve) => child.stdout?.once("data", resolve))));
    expect(describeTraces(await scene.traces())).toBe("begin 1, end 1");
    const answers = (await Promise.all(jobs.map((job) => job.answers))).flat();
    expect(answers.filter((state) => state === "ran")).toHaveLength(1);
    expect(answers.filter((state) => state === "waited" || state === "already")).toHaveLength(49);
    expect(await readFile(countFile, "utf8")).toBe("ran\n");
    await rm(folder, { recursive: true });
  });

  test("a second call finds the database migrated", async () => {
    expect(await migrateOnce(scene.request(migration(0)))).toMatchObject({ state: "ran", fingerprint: "a".repeat(64) });
    expect(await migrateOnce(scene.request(migration(0)))).toMatchObject({ state: "already" });
    expect(describeTraces(await scene.traces())).toBe("begin 1, end 1");
  });

  test("waitUntilMigrated waits for ready and never leads", async () => {
    const { timings: _, ...request } = scene.request(migration(300));
    const waiting = waitUntilMigrated({ ...request, timings: TIMINGS });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await scene.traces()).toEqual([]);
    await migrateOnce({ ...request, timings: TIMINGS });
    expect(await waiting).toMatchObject({ state: "waited" });
  });

  test("two fingerprints of different runs never migrate at the same time", async () => {
    const first = migrateOnce(scene.request(migration(700)));
    const second = migrateOnce(scene.request(migration(700), { run: "run-2", fingerprint: "b".repeat(64) }));
    expect((await Promise.all([first, second])).map(({ state }) => state)).toEqual(["ran", "ran"]);
    expect(describeTraces(await scene.traces())).toBe("begin 1, end 1, begin 2, end 2");
  });

  test("CREATE INDEX CONCURRENTLY finishes while other jobs wait", async () => {
    await scene.query("create table big as select g from generate_series(1, 1000) g");
    const text = `${process.execPath} --input-type=module -e "import pg from 'pg'; const c = new pg.Client({connectionString: process.env.DATABASE_URL}); await c.connect(); await new Promise((r) => setTimeout(r, 500)); await c.query('create index concurrently i on big (g)'); await c.end()"`;
    const request = scene.request({ kind: "shell", text });
    const answers = await Promise.all(Array.from({ length: 8 }, () => migrateOnce(request)));
    expect(answers.filter(({ state }) => state === "ran")).toHaveLength(1);
    expect(await scene.query("select indisvalid from pg_index where indexrelid = 'i'::regclass")).toEqual([{ indisvalid: true }]);
  });

  test("works for a role that can only create a schema", async () => {
    const role = `${scene.name}_role`;
    await scene.query(`create role ${role} login password 'secret-of-role'`);
    await scene.query(`grant create on database ${scene.name} to ${role}; grant all on trace, trace_id_seq to ${role}`);
    const own = new URL(scene.url);
    own.username = role;
    own.password = "secret-of-role";
    const url = own.href as typeof scene.url;
    const request = scene.request(migration(300), { url });
    const answers = await Promise.all([migrateOnce(request), migrateOnce(request)]);
    expect(answers.map(({ state }) => state).toSorted()).toEqual(["ran", "waited"]);
    await scene.query(`drop owned by ${role}; drop role ${role}`);
  });

  test("reports the missing right to a role that cannot create the schema", async () => {
    const role = `${scene.name}_role`;
    await scene.query(`create role ${role} login password 'secret-of-role'`);
    const own = new URL(scene.url);
    own.username = role;
    own.password = "secret-of-role";
    const error = await failure(migrateOnce(scene.request(migration(0), { url: own.href as typeof scene.url })));
    expect(error).toMatchObject({ code: "PRIVILEGE_MISSING", meaning: expect.stringContaining("permission denied") as string });
    await scene.query(`drop role ${role}`);
  });
});

describe("failures", () => {
  test("every waiter gets the leader's error with the tail of its output", async () => {
    const request = scene.request(migration(1000, "fail"));
    const errors = await Promise.all(Array.from({ length: 6 }, () => failure(migrateOnce(request))));
    for (const error of errors) {
      expect(error.code).toBe("MIGRATION_FAILED");
      expect(error.meaning).toBe('Its output was: ERROR: relation "outbox" already exists');
      expect(error.facts).toMatchObject({ exitCode: 3, host: "here", pid: process.pid, attempt: 1 });
      expect(error.facts["tail"]).toContain('relation "outbox" already exists');
    }
    expect(describeTraces(await scene.traces())).toBe("begin 1");
    expect(await failure(waitUntilMigrated(request))).toMatchObject({ code: "MIGRATION_FAILED" });
  });

  test("a failure is final for its attempt, and a higher attempt or retry clears it", async () => {
    await failure(migrateOnce(scene.request(migration(0, "fail"))));
    await failure(migrateOnce(scene.request(migration(0))));
    expect(describeTraces(await scene.traces())).toBe("begin 1");
    await failure(migrateOnce(scene.request(migration(0, "fail"), { retry: true })));
    expect(await migrateOnce(scene.request(migration(0), { attempt: 2 }))).toMatchObject({ state: "ran" });
    expect(describeTraces(await scene.traces())).toBe("begin 1, begin 2, begin 3, end 3");
  });

  test("several callers with retry repeat the migration once", async () => {
    await failure(migrateOnce(scene.request(migration(0, "fail"))));
    const request = scene.request(migration(800, "fail"), { retry: true });
    await Promise.all(Array.from({ length: 4 }, () => failure(migrateOnce(request))));
    expect(describeTraces(await scene.traces())).toBe("begin 1, begin 2");
  });

  test("an error of verify is the migration's failure", async () => {
    expect(await failure(migrateOnce(scene.request(migration(0), { verify: refuse })))).toMatchObject({
      message: "two overloads of claim_outbox",
    });
    expect(await failure(migrateOnce(scene.request(migration(0))))).toMatchObject({
      code: "MIGRATION_FAILED",
      message: expect.stringContaining("two overloads of claim_outbox") as string,
    });
  });

  test("neither the marker nor an error contains a secret", async () => {
    const request = scene.request({ kind: "shell", text: "echo password is hunter-two; exit 1" }, { secrets: ["hunter-two"] });
    const error = await failure(migrateOnce(request));
    expect(JSON.stringify([error, error.message, error.facts, await scene.markers()])).not.toContain("hunter-two");
    expect(error.facts["tail"]).toBe("password is ***");
  });

  test("a missing program is an error of this job, not of the migration", async () => {
    const missing = scene.request({ kind: "argv", argv: ["no-such-migrator", "up"] });
    expect(await failure(migrateOnce(missing))).toMatchObject({ code: "COMMAND_NOT_FOUND" });
    expect(await migrateOnce(scene.request(migration(0)))).toMatchObject({ state: "ran" });
  });

  test("other migrations in the same invocation cause a conflict", async () => {
    const first = migrateOnce(scene.request(migration(500)));
    await scene.until(async () => (await scene.markers())[0]);
    const other = scene.request(migration(0), { fingerprint: "b".repeat(64) });
    expect(await failure(migrateOnce(other))).toMatchObject({ code: "FINGERPRINT_CONFLICT" });
    await first;
    expect(await failure(migrateOnce(other))).toMatchObject({ code: "FINGERPRINT_CONFLICT" });
    expect(await migrateOnce({ ...other, invocation: "101" })).toMatchObject({ state: "ran" });
  });

  test("the error of a wait that took too long names the job that was waited for", async () => {
    const leading = migrateOnce(scene.request(migration(2500)));
    await scene.until(async () => (await scene.traces())[0]);
    const impatient = scene.request(migration(0), { timings: { ...TIMINGS, withinMs: 600 } });
    const error = await failure(migrateOnce(impatient));
    expect(error.code).toBe("TIMED_OUT");
    expect(error.meaning).toMatch(/^here \(pid \d+\) is migrating, last heartbeat .* ago; its command's session is idle/);
    await leading;
  });

  test("a migration that exceeds the leader's time limit fails for all jobs", async () => {
    const impatient = scene.request(migration(20_000), { timings: { ...TIMINGS, withinMs: 1500 } });
    expect(await failure(migrateOnce(impatient))).toMatchObject({ code: "TIMED_OUT" });
    expect(await failure(migrateOnce(scene.request(migration(0))))).toMatchObject({ code: "MIGRATION_FAILED" });
  });
});
