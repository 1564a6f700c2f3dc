import { exitCodeOf } from "../process/signals.ts";
import type { Progress } from "./progress.ts";

/** The parts of the process that the CLI uses. Tests pass their own. */
export type Host = Pick<NodeJS.Process, "argv" | "env" | "stdout" | "stderr" | "stdin" | "cwd" | "on" | "exit"> & {
  exitCode?: number | string | null | undefined;
};

/** Turns the first signal into an abort, so that the command can tear down. A second signal ends the process at once. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** The first signal that was received; undefined if there was none. */
  received(): NodeJS.Signals | undefined;
  signalExitCode(): number;
  stopListening(): void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export function interruptionOf(host: Host, progress: Progress): Interruption {
  const controller = new AbortController();
  let received: NodeJS.Signals | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (received === undefined) {
      received = signal;
      // The abort reason is the signal, and the user's command gets the same one.
      controller.abort(signal);
      return;
    }
    progress.close();
    host.stderr.write(`${progress.describeKept()}\n`);
    host.exit(exitCodeOf(signal));
  };
  for (const signal of SIGNALS) host.on(signal, onSignal);
  return {
    signal: controller.signal,
    received: () => received,
    signalExitCode: () => exitCodeOf(received ?? "SIGTERM"),
    stopListening() {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
