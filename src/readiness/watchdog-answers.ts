import type { ChildProcess } from "node:child_process";
import { machineMs } from "./timings.ts";

/** A watchdog has this long to start on a busy machine. */
const START_MS = 30_000;
/** A leader that was frozen itself finds the answers of that time after its next heartbeat. */
const FEWEST_UNANSWERED = 3;

export interface Answers {
  /** Called with each heartbeat. */
  expect(silenceMs: number): void;
  /** Why the watchdog was killed, if it was killed here. */
  readonly killedBy: () => string | undefined;
}

/**
 * Kills a watchdog that is frozen. Its broker and its command would be frozen with it or run for ever, and the heartbeats of the
 * leader would keep every other job from leading.
 */
export function watchAnswers(child: ChildProcess): Answers {
  let unanswered = 0;
  let since = 0;
  let isHere = false;
  let killedBy: string | undefined;
  child.on("message", () => ([unanswered, isHere] = [0, true]));
  return {
    expect(silenceMs) {
      if (unanswered === 0) since = machineMs();
      unanswered += 1;
      const silentMs = machineMs() - since;
      if (unanswered < FEWEST_UNANSWERED || silentMs < (isHere ? silenceMs : Math.max(silenceMs, START_MS))) return;
      killedBy ??= `SIGKILL by offshoot, because it did not answer for ${Math.round(silentMs / 1000)} s`;
      child.kill("SIGKILL");
    },
    killedBy: () => killedBy,
  };
}
