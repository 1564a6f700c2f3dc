import { setTimeout as timer } from "node:timers/promises";
import { machineMs } from "./timings.ts";

/** The leader's heartbeat. */
export interface Heartbeat {
  /** Aborts when a heartbeat was refused or failed: another job may lead now. */
  readonly lost: AbortSignal;
  /** Why it is lost: the error of the heartbeat that failed. Undefined when it was refused, or the session ended first. */
  cause(): unknown;
  /** When the last successful heartbeat was sent, by `machineMs`. */
  beatAt(): number;
  stop(): void;
}

/**
 * Calls `beat` at once and then every `everyMs`, until it is stopped or lost. `beat` returns whether we still lead.
 * `onBeat` gets the time when the heartbeat was *sent*: a late answer only proves that we led at that time.
 */
export function startHeartbeat(
  beat: () => Promise<boolean>,
  everyMs: number,
  sessionLost: AbortSignal,
  onBeat: (sentAt: number) => void,
): Heartbeat {
  const lost = new AbortController();
  const stopped = new AbortController();
  let cause: unknown;
  const lose = (): void => lost.abort();
  sessionLost.addEventListener("abort", lose, { once: true });
  if (sessionLost.aborted) lose();
  let beatAt = machineMs();
  const loop = async (): Promise<void> => {
    while (!stopped.signal.aborted && !lost.signal.aborted) {
      const sentAt = machineMs();
      // Without an answer we must assume that we do not lead.
      const leads = await beat().catch((thrown: unknown) => {
        cause = thrown;
        return false;
      });
      if (stopped.signal.aborted) return;
      if (!leads) return lose();
      beatAt = sentAt;
      onBeat(sentAt);
      await timer(everyMs, undefined, { signal: stopped.signal }).catch(() => {});
    }
  };
  void loop();
  return {
    lost: lost.signal,
    cause: () => cause,
    beatAt: () => beatAt,
    stop() {
      stopped.abort();
      sessionLost.removeEventListener("abort", lose);
    },
  };
}
