// @module-tag proof
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { migrateOnce, waitUntilMigrated } from "../../../src/readiness/readiness.ts";
import { withSession } from "../../support/session.ts";
import { describeTraces, migration, openScene, type Scene } from "./scene.ts";

const OTHER = "b".repeat(64);
let scene: Scene;
const copies: Scene[] = [];
beforeEach(async () => {
  scene = await openScene();
});
afterEach(async () => {
  for (const made of [...copies.splice(0), scene]) await made.drop();
});

async function copy(): Promise<Scene> {
  const made = await scene.copy();
  copies.push(made);
  return made;
}

/** Copies the origin as a plain database without a scene. */
const copyAs = (name: string): Promise<unknown> =>
  withSession(inject("serverUrl"), (session) => session.query(`create database ${name} template ${scene.name}`));

/** Migrates the origin and writes the given state into its marker. Returns a copy of the origin. */
async function originWith(state: string): Promise<Scene> {
  await migrateOnce(scene.request(migration(0)));
  await scene.query("update offshoot.readiness set state = $1", [state]);
  await scene.query("truncate trace");
  return copy();
}

describe("a copy of a migrated database", () => {
  test.each([
    { origin: "ready", state: "already", ran: "" },
    { origin: "finalizing", state: "already", ran: "" },
    { origin: "migrating", state: "ran", ran: "begin 2, end 2" },
    { origin: "failed", state: "ran", ran: "begin 2, end 2" },
  ])("that inherits $origin returns $state", async ({ origin, state, ran }) => {
    const child = await originWith(origin);
    const answer = await migrateOnce(child.request(migration(0), { run: "run-2", invocation: "200" }));
    expect(answer.state).toBe(state);
    expect(describeTraces(await child.traces())).toBe(ran);
  });

  test("runs other migrations, and a job of the same run with the origin's migrations gets a conflict", async () => {
    const child = await originWith("ready");
    const request = child.request(migration(0), { run: "run-2", invocation: "200" });
    expect(await migrateOnce({ ...request, fingerprint: OTHER })).toMatchObject({ state: "ran" });
    await expect(migrateOnce(request)).rejects.toMatchObject({ code: "FINGERPRINT_CONFLICT" });
  });

  test("records the inherited marker, so that a job of the same run with other migrations gets a conflict", async () => {
    const child = await originWith("ready");
    const request = child.request(migration(0), { run: "run-2", invocation: "200" });
    expect(await migrateOnce({ ...request, owner: { host: "of the copy", pid: 4711 } })).toMatchObject({ state: "already" });
    // The times are those of this job, so a status with the process of the origin would name one that did nothing then.
    expect((await child.markers()).find(({ run }) => run === "run-2")?.owner).toMatchObject({ host: "of the copy", pid: 4711 });
    await expect(migrateOnce({ ...request, fingerprint: OTHER })).rejects.toMatchObject({ code: "FINGERPRINT_CONFLICT" });
  });
});

describe("a person's own run, where migrations are added", () => {
  test("migrates again for each new fingerprint, and again for the first one", async () => {
    const request = scene.request(migration(0), { invocation: undefined });
    const answers: string[] = [];
    for (const fingerprint of [request.fingerprint, OTHER, OTHER, request.fingerprint]) {
      answers.push((await migrateOnce({ ...request, fingerprint })).state);
    }
    expect(answers).toEqual(["ran", "ran", "already", "ran"]);
  });
});

describe("keeping a base", () => {
  test("copies the database while it has no session, and the copy needs no migration", async () => {
    const name = `${scene.name}_base`;
    const truths: boolean[] = [];
    const request = scene.request(migration(500), {
      keepAsBase: async (stillTrue) => {
        await copyAs(name);
        truths.push(await stillTrue());
        return true;
      },
    });
    const answers = await Promise.all(Array.from({ length: 6 }, () => migrateOnce(request)));
    expect(answers.filter(({ state }) => state === "ran")).toHaveLength(1);
    expect(truths).toEqual([true]);
    expect((await scene.markers())[0]?.state).toBe("ready");
    const base = new URL(scene.url);
    base.pathname = `/${name}`;
    const url = base.href as typeof scene.url;
    const fromBase = await migrateOnce(scene.request(migration(0), { url, run: "run-2", invocation: "200" }));
    expect(fromBase.state).toBe("already");
    await scene.query(`drop database ${name}`);
  });

  test("ends the sessions of jobs that listen before the copy, and they continue afterwards", async () => {
    const sessions = "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
    let left: unknown[] | undefined;
    await scene.query("create table go ()");
    const request = scene.request(migration(0, "until-go"), {
      keepAsBase: async () => {
        left = await scene.query(sessions);
        return true;
      },
    });
    const leads = migrateOnce(request);
    await scene.until(async () => (await scene.traces()).length > 0);
    const rarely = { ...request.timings, pollMs: 2000 };
    const url = `${scene.url}?fallback_application_name=other` as typeof scene.url;
    const waits = waitUntilMigrated({ ...request, url, timings: rarely });
    const places =
      "select from pg_locks l join pg_stat_activity a using (pid) where a.datname = current_database() and locktype = 'advisory'";
    await scene.until(async () => (await scene.query(places)).length === 2);
    await scene.query("insert into go default values");
    expect(await leads).toMatchObject({ state: "ran" });
    expect(left).toEqual([]);
    expect(await waits).toMatchObject({ state: "waited" });
  });

  test.each([
    { what: "fails", keepAsBase: () => Promise.reject(new Error("disk full")) },
    { what: "never ends", keepAsBase: () => new Promise<boolean>(() => {}) },
  ])("a copy that $what is only reported in a note", async ({ keepAsBase }) => {
    const notes: string[] = [];
    const emit = (event: { kind: string; text?: string }): void => void notes.push(event.text ?? "");
    expect(await migrateOnce(scene.request(migration(0), { keepAsBase, emit }))).toMatchObject({ state: "ran" });
    expect(notes.join("\n")).toContain("was not kept as a base");
    expect((await scene.markers())[0]?.state).toBe("ready");
  });

  test("if the leader ends during the copy, another job writes ready and runs no migration", async () => {
    await migrateOnce(scene.request(migration(0)));
    await scene.query(
      "update offshoot.readiness set state = 'finalizing', finished_at = null, beat_at = clock_timestamp() - interval '3 s'",
    );
    expect(await migrateOnce(scene.request(migration(0)))).toMatchObject({ state: "waited" });
    expect(describeTraces(await scene.traces())).toBe("begin 1, end 1");
    expect((await scene.markers())[0]?.state).toBe("ready");
  });
});
