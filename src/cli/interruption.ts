import { exitCodeOf } from "../process/child.ts";
import type { Host } from "./host.ts";
import type { Progress } from "./progress.ts";

/** Signals become an abort, so that teardown comes first; a second one ends the process at once. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** The signal that was received, if any. */
  received(): NodeJS.Signals | undefined;
  signalExitCode(): number;
  stopListening(): void;
}

const HEARD = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export function interruptionOf(host: Host, progress: Progress): Interruption {
  const controller = new AbortController();
  let received: NodeJS.Signals | undefined;
  const hear = (signal: NodeJS.Signals): void => {
    if (received === undefined) {
      received = signal;
      // The reason travels to the user's command, which gets the same signal.
      controller.abort(signal);
      return;
    }
    progress.close();
    host.stderr.write(`${progress.whatStays()}\n`);
    host.exit(exitCodeOf(signal));
  };
  for (const signal of HEARD) host.on(signal, hear);
  return {
    signal: controller.signal,
    received: () => received,
    signalExitCode: () => exitCodeOf(received ?? "SIGTERM"),
    stopListening() {
      for (const signal of HEARD) process.off(signal, hear);
    },
  };
}
