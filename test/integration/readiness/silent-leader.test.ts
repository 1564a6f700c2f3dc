// @module-tag proof
import { afterEach, beforeEach, expect, test } from "vitest";
import { tryLeaderLock } from "../../../src/readiness/lock.ts";
import { migrateOnce } from "../../../src/readiness/readiness.ts";
import { connect } from "../../support/session.ts";
import { describeTraces, migration, openScene, type Scene, TIMINGS } from "./scene.ts";

// A leader can stop at any moment after it took the lock: also before it created the tables, or before it wrote its marker.

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.drop());

const earlier = (): Promise<unknown> => migrateOnce(scene.request(migration(0), { run: "earlier", fingerprint: "b".repeat(64) }));

test.each([
  ["in a database without the schema", async () => {}, "begin, end"],
  ["in a database with the schema and without the tables", () => scene.query("create schema offshoot"), "begin, end"],
  ["in a database with the tables", earlier, "begin, end, begin, end"],
])("a leader that stopped before it wrote a marker is replaced %s", async (_, prepare, traces) => {
  await prepare();
  const stopped = await connect(scene.url);
  expect(await tryLeaderLock(stopped)).toBe(true);
  const notes: string[] = [];
  const request = scene.request(migration(0), {
    timings: { ...TIMINGS, leaseMs: 3000 },
    emit: (event) => {
      if (event.kind === "note") notes.push(event.text);
    },
  });
  expect(await migrateOnce(request)).toMatchObject({ state: "ran" });
  expect(notes).toContain("The leader sent no heartbeat for more than 3 s. Its database session was ended.");
  // On a busy machine, the new leader can lose its lead to itself before the command starts, so its number is not checked.
  expect(describeTraces(await scene.traces()).replaceAll(/ \d+/g, "")).toBe(traces);
  await expect(stopped.query("select 1")).rejects.toThrow(/terminat/i);
  await stopped.close();
});
