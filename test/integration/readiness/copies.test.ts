import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { migrateOnce } from "../../../src/readiness/readiness.ts";
import { withSession } from "../../../src/postgres/connect.ts";
import { migration, openScene, type Scene, story } from "./scene.ts";

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

/** Copies the origin under a name, without a scene of its own. */
const copyAs = (name: string): Promise<unknown> =>
  withSession(inject("serverUrl"), (session) => session.query(`create database ${name} template ${scene.name}`));

/** Migrates the origin, then rewrites its marker into the wanted state. */
async function originWith(state: string): Promise<Scene> {
  await migrateOnce(scene.request(migration(0)));
  await scene.query("update offshoot.readiness set state = $1", [state]);
  await scene.query("truncate trace");
  return copy();
}

describe("a copy of a migrated database", () => {
  test.each([
    { origin: "ready", state: "already", ran: "" },
    { origin: "sealing", state: "already", ran: "" },
    { origin: "migrating", state: "ran", ran: "begin 2, end 2" },
    { origin: "failed", state: "ran", ran: "begin 2, end 2" },
  ])("that inherits $origin answers $state", async ({ origin, state, ran }) => {
    const child = await originWith(origin);
    const answer = await migrateOnce(child.request(migration(0), { run: "run-2", invocation: "200" }));
    expect(answer.state).toBe(state);
    expect(story(await child.traces())).toBe(ran);
  });

  test("migrates other migrations, and tells a job of the same run that brings the origin's", async () => {
    const child = await originWith("ready");
    const request = child.request(migration(0), { run: "run-2", invocation: "200" });
    expect(await migrateOnce({ ...request, fingerprint: OTHER })).toMatchObject({ state: "ran" });
    await expect(migrateOnce(request)).rejects.toMatchObject({ code: "FINGERPRINT_CONFLICT" });
  });

  test("remembers what it was found to be, so that other migrations of the same run are told", async () => {
    const child = await originWith("ready");
    const request = child.request(migration(0), { run: "run-2", invocation: "200" });
    expect(await migrateOnce(request)).toMatchObject({ state: "already" });
    await expect(migrateOnce({ ...request, fingerprint: OTHER })).rejects.toMatchObject({ code: "FINGERPRINT_CONFLICT" });
  });
});

describe("a person's own run, whose migrations grow", () => {
  test("migrates further, and back again", async () => {
    const request = scene.request(migration(0), { invocation: undefined });
    const answers: string[] = [];
    for (const fingerprint of [request.fingerprint, OTHER, OTHER, request.fingerprint]) {
      answers.push((await migrateOnce({ ...request, fingerprint })).state);
    }
    expect(answers).toEqual(["ran", "ran", "already", "ran"]);
  });
});

describe("keeping a base", () => {
  test("copies while nobody is connected, and the copy needs no migration", async () => {
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

  test.each([
    { what: "fails", keepAsBase: () => Promise.reject(new Error("disk full")) },
    { what: "never ends", keepAsBase: () => new Promise<boolean>(() => {}) },
  ])("a copy that $what is only a note", async ({ keepAsBase }) => {
    const notes: string[] = [];
    const emit = (event: { kind: string; text?: string }): void => void notes.push(event.text ?? "");
    expect(await migrateOnce(scene.request(migration(0), { keepAsBase, emit }))).toMatchObject({ state: "ran" });
    expect(notes.join("\n")).toContain("was not kept as a base");
    expect((await scene.markers())[0]?.state).toBe("ready");
  });

  test("when its leader goes away in the copy, another says ready and runs nothing", async () => {
    await migrateOnce(scene.request(migration(0)));
    await scene.query("update offshoot.readiness set state = 'sealing', finished_at = null, beat_at = clock_timestamp() - interval '3 s'");
    expect(await migrateOnce(scene.request(migration(0)))).toMatchObject({ state: "waited" });
    expect(story(await scene.traces())).toBe("begin 1, end 1");
    expect((await scene.markers())[0]?.state).toBe("ready");
  });
});
