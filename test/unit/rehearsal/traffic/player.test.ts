import { setTimeout as timer } from "node:timers/promises";
import { expect, test } from "vitest";
import { startPlayer } from "../../../../src/rehearsal/traffic/player.ts";
import type { Session } from "../../../../src/postgres/session.ts";

test("what is not sent while a session waits is counted for the statements that were due, by their weights", async () => {
  let lock: Promise<unknown> = Promise.resolve();
  const session: Session = {
    async query(sql) {
      if (sql === "rare") await lock;
      return [];
    },
    completed: () => 0,
    searchPath: () => Promise.resolve(""),
    lost: new AbortController().signal,
    reportedPid: 1,
    onNotification: () => {},
    close: () => Promise.resolve(),
  };
  let drawn = 0;
  const player = await startPlayer({
    statements: [
      { sql: "rare", weight: 1, draws: [] },
      { sql: "often", weight: 9, draws: [] },
    ],
    ratePerSecond: 500,
    sessions: 1,
    open: () => Promise.resolve(session),
    endAll: () => Promise.resolve(),
    // Every tenth draw is the rare one.
    random: () => (drawn++ % 10) / 10,
    now: () => performance.now(),
  });
  lock = timer(600);
  player.enter("during");
  await lock;
  await timer(50);
  const [rare, often] = await player.stop();
  expect(often?.during.notSent).toBeGreaterThan(100);
  expect(often?.during.notSent).toBeGreaterThan(5 * (rare?.during.notSent ?? 0));
});
