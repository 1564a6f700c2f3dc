import { afterEach, beforeEach, expect, test } from "vitest";
import { deadline } from "../../../src/deadline.ts";
import { ensureTables } from "../../../src/readiness/marker.ts";
import { migrateOnce } from "../../../src/readiness/readiness.ts";
import { migrationName, sessionName } from "../../../src/readiness/session-names.ts";
import { endOlderSessions } from "../../../src/readiness/sessions.ts";
import { connect, withSession } from "../../support/session.ts";
import { openScene, type Scene } from "./scene.ts";

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
  await migrateOnce(scene.request({ kind: "argv", argv: ["true"] }));
});
afterEach(() => scene.drop());

/** Opens a session with that name, lets a leader of epoch 9 end the older ones, and returns whether this one was ended. */
async function isEnded(applicationName: string, prepare = async (_pid: number): Promise<void> => {}): Promise<boolean> {
  const session = await connect(scene.url, { applicationName });
  try {
    const [row] = await session.query<{ pid: number }>("select pg_backend_pid() as pid");
    await prepare(row?.pid ?? 0);
    await withSession(scene.url, (leader) => endOlderSessions(leader, 9));
    return await session.query("select 1").then(
      () => false,
      () => true,
    );
  } finally {
    await session.close();
  }
}

test("a session with the name of an earlier leader's command is ended, with and without the random text of the broker", async () => {
  expect(await isEnded(migrationName("run-1", 8))).toBe(true);
  expect(await isEnded(sessionName(migrationName("any run", 8), "0123456789abcdef"))).toBe(true);
});

test.each([
  ["of this leader's own command", migrationName("run-1", 9)],
  ["of a run that never migrated this database", migrationName("another run", 8)],
  ["with a name that only begins like one", `${migrationName("run-1", 8)} of mine`],
  ["with a hash that no run has", "offshoot:migrate:aaaaaaaaaaaa:1"],
  ["with no name", ""],
])("a session %s is not ended", async (_what, name) => {
  expect(await isEnded(name)).toBe(false);
});

test("a recorded session is ended whatever its name is, also when the leader that recorded it could not see its start", async () => {
  await withSession(scene.url, (session) => ensureTables(session, deadline("a test", 10_000)));
  const record =
    (start: string) =>
    async (pid: number): Promise<void> => {
      await scene.query(
        `insert into offshoot.sessions (pid, backend_start, role, epoch)
           select pid, ${start}, usesysid, 8 from pg_stat_activity where pid = $1`,
        [pid],
      );
    };
  expect(await isEnded("mine", record("backend_start"))).toBe(true);
  expect(await isEnded("mine", record("null"))).toBe(true);
  // Another session has got the process id meanwhile.
  expect(await isEnded("mine", record("backend_start - interval '1 hour'"))).toBe(false);
});
