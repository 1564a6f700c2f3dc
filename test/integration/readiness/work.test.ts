import { afterEach, beforeEach, expect, test } from "vitest";
import { migrateOnce } from "../../../src/readiness/readiness.ts";
import type { Leadership, MigrationWork } from "../../../src/readiness/work.ts";
import { withSession } from "../../support/session.ts";
import { openScene, type Scene } from "./scene.ts";

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.drop());

const work = (run: (lead: Leadership) => Promise<void>): MigrationWork => ({ kind: "work", name: "test", run });

test("the sessions of a function pass the broker, are recorded before they are used, and can change their name", async () => {
  let seen: unknown;
  const migrate = work(async ({ url }) => {
    expect(new URL(url).port).not.toBe(new URL(scene.url).port);
    await withSession(url, async (session) => {
      seen = await session.query("select pid = pg_backend_pid() as recorded, epoch from offshoot.sessions");
      await session.query("set application_name = 'own'; create table made (a int)");
    });
  });
  await migrateOnce(scene.request(migrate));
  expect(seen).toEqual([{ recorded: true, epoch: 1 }]);
  expect(await scene.query("select to_regclass('made') is not null as made")).toEqual([{ made: true }]);
});

test("a function whose call has lost the lead can use none of its sessions, and open no other one", async () => {
  const outcomes: string[] = [];
  const outcomeOf = async (name: string, tried: Promise<unknown>): Promise<void> => {
    outcomes.push(
      `${name} ${await tried.then(
        () => "worked",
        () => "failed",
      )}`,
    );
  };
  let runs = 0;
  const migrate = work(async ({ url }) => {
    runs += 1;
    if (runs > 1) return;
    await withSession(url, async (session) => {
      await session.query("set application_name = 'own'");
      await scene.query("select pg_terminate_backend(backend_pid) from offshoot.readiness");
      await outcomeOf("statement", session.query("select pg_sleep(30)"));
    });
    await outcomeOf(
      "session",
      withSession(url, (session) => session.query("select 1")),
    );
  });
  await migrateOnce(scene.request(migrate));
  expect(outcomes).toEqual(["statement failed", "session failed"]);
  expect(runs).toBe(2);
});

test("without the fence a function gets the direct URL", async () => {
  let port: string | undefined;
  await migrateOnce(
    scene.request(
      work(async ({ url }) => void (port = new URL(url).port)),
      { fence: "off" },
    ),
  );
  expect(port).toBe(new URL(scene.url).port);
});
