import { messageOf } from "../errors.ts";
import { exitCodeOf } from "../process/signals.ts";
import type { Progress } from "./progress.ts";

/** The parts of the process that the CLI uses. Tests pass their own. */
export type Host = Pick<NodeJS.Process, "argv" | "env" | "stdout" | "stderr" | "stdin" | "cwd" | "on" | "exit"> & {
  exitCode?: number | string | null | undefined;
};

/**
 * What signals mean. The first one cancels the command: what it runs gets the same signal and the time `timeouts.commandGrace`
 * to end, and the database is deleted. The second one ends this grace, and the database is still deleted. The third one ends
 * the process at once.
 */
export interface Interruption {
  /** Aborts at the first signal. Its reason is the signal. */
  readonly signal: AbortSignal;
  /** Aborts at the second signal. */
  readonly hurry: AbortSignal;
  /** The first signal that was received; undefined if there was none. */
  received(): NodeJS.Signals | undefined;
  signalExitCode(): number;
  /** SIGINT is for the program on the terminal, which this process started. */
  ignoreInterrupts(): void;
  stopListening(): void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * The same signal again within this time, in milliseconds, is the same interruption: on Ctrl-C the terminal signals npm and
 * its child, and npm passes the signal on to the child.
 */
const ECHO_MS = 500;

export function interruptionOf(host: Host, progress: Progress): Interruption {
  const first = new AbortController();
  const second = new AbortController();
  let received: NodeJS.Signals | undefined;
  let latest: { readonly signal: NodeJS.Signals; readonly at: number } | undefined;
  let ignoresInterrupts = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (ignoresInterrupts && signal === "SIGINT") return;
    const at = performance.now();
    if (latest?.signal === signal && at - latest.at < ECHO_MS) return;
    latest = { signal, at };
    if (received === undefined) {
      received = signal;
      first.abort(signal);
    } else if (!second.signal.aborted) {
      say(progress.describeHurry());
      second.abort(signal);
    } else {
      say(progress.describeKept());
      host.exit(exitCodeOf(signal));
    }
  };
  const say = (line: string): void => {
    progress.close();
    host.stderr.write(`${line}\n`);
  };
  // An error that no caller can catch is a fault of offshoot. Node would print it with its secrets.
  const onFault = (thrown: Error): void => {
    say(`offshoot: unexpected error. Please report it.\n${messageOf(thrown)}`);
    say(progress.describeKept());
    host.exit(1);
  };
  for (const signal of SIGNALS) host.on(signal, onSignal);
  host.on("uncaughtException", onFault);
  return {
    signal: first.signal,
    hurry: second.signal,
    received: () => received,
    signalExitCode: () => exitCodeOf(received ?? "SIGTERM"),
    ignoreInterrupts() {
      ignoresInterrupts = true;
    },
    stopListening() {
      for (const signal of SIGNALS) process.off(signal, onSignal);
      process.off("uncaughtException", onFault);
    },
  };
}
