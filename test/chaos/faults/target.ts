import { setTimeout as pause } from "node:timers/promises";
import { IS_LEADER_LOCK } from "../../../src/readiness/lock.ts";
import { withSession } from "../../support/session.ts";
import type { Fault } from "../plans.ts";
import { descendants } from "../../support/processes.ts";
import type { Proxy } from "../proxy.ts";
import type { Runner } from "../runner.ts";
import type { Stage } from "../stages/stage.ts";
import type { Timeline } from "../timeline.ts";

/** Everything that a fault can affect. */
export interface Target {
  readonly stage: Stage;
  readonly proxy: Proxy;
  /** Those that have started. */
  readonly runners: Runner[];
  readonly timeline: Timeline;
  readonly strikes: Strike[];
  /** Marks all processes of the schedule. */
  readonly mark: string;
}

/** What a fault did, for the measurement of takeovers. */
export interface Strike {
  readonly kind: Fault["kind"];
  readonly from: Date;
  /** When its effect ended. For a kill the same as `from`. */
  to: Date;
  /** Epoch of the leader that it ended or stopped. Undefined: it hit no leader. */
  readonly epoch: number | undefined;
}

/** The runner that leads, with its epoch. */
export interface Leader {
  readonly runner: Runner;
  readonly epoch: number;
}

/** Milliseconds that a fault waits for a target. */
const PATIENCE_MS = 1500;

/** The leader of the newest epoch above `over`. Undefined: no runner leads, or this runner must survive. */
export async function leader({ stage, runners }: Target, over = 0): Promise<Leader | undefined> {
  for (const end = performance.now() + PATIENCE_MS + (over > 0 ? 5000 : 0); performance.now() < end; await pause(25)) {
    const row = await leaderRow(stage.url);
    const runner = runners.find(({ child, killed }) => child.pid === row?.pid && !killed);
    if (row !== undefined && row.epoch > over && runner !== undefined)
      return runner.plan.survives ? undefined : { runner, epoch: row.epoch };
  }
  return undefined;
}

async function leaderRow(url: string): Promise<{ pid: number; epoch: number } | undefined> {
  // If the table does not exist or the server is down, there is no known leader.
  const rows = await withSession(url, (session) =>
    session.query<{ pid: number; epoch: number }>(
      "select (owner->>'pid')::int as pid, epoch from offshoot.readiness where state = 'migrating' order by epoch desc limit 1",
    ),
  ).catch(() => []);
  return rows[0];
}

/** Waits for the first lock of a leader, in one session because each moment counts. False: there was none in time. */
export async function isLocked({ stage }: Target): Promise<boolean> {
  const find = `select from pg_locks l where ${IS_LEADER_LOCK}`;
  return withSession(stage.url, async (session) => {
    for (const end = performance.now() + 5000; performance.now() < end; await pause(2))
      if ((await session.query(find)).length > 0) return true;
    return false;
  });
}

export function waiter({ runners }: Target, other?: Runner): Runner | undefined {
  return runners.find((runner) => runner !== other && !runner.plan.survives && !runner.killed && runner.child.exitCode === null);
}

/** The process that a leader started for its command. */
export function watchdogOf({ child }: Runner): number | undefined {
  return descendants(child.pid ?? -1)[0];
}
