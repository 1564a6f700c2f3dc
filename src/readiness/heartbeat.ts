import { setTimeout as timer } from "node:timers/promises";
import { machineMs } from "./clock.ts";

/** The leader's heartbeat. */
export interface Heart {
  /** Aborts when a heartbeat was refused or failed: another may lead now. */
  readonly lost: AbortSignal;
  /** When the last heartbeat that succeeded was sent, by `machineMs`. */
  beatAt(): number;
  stop(): void;
}

/**
 * Beats at once and then every `everyMs` until stopped or lost. `beat` answers whether we still lead.
 * `onBeat` gets the time at which the proof was *asked for*: an answer that was under way for long proves only the past.
 */
export function startHeart(
  beat: () => Promise<boolean>,
  everyMs: number,
  sessionLost: AbortSignal,
  onBeat: (sentAt: number) => void,
): Heart {
  const lost = new AbortController();
  const stopped = new AbortController();
  const lose = (): void => lost.abort();
  sessionLost.addEventListener("abort", lose, { once: true });
  if (sessionLost.aborted) lose();
  let beatAt = machineMs();
  const loop = async (): Promise<void> => {
    while (!stopped.signal.aborted && !lost.signal.aborted) {
      const sentAt = machineMs();
      // Whatever the reason is: without proof we don't lead.
      const leads = await beat().catch(() => false);
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
    beatAt: () => beatAt,
    stop() {
      stopped.abort();
      sessionLost.removeEventListener("abort", lose);
    },
  };
}
