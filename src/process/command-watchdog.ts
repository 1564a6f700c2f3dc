/**
 * A process beside the command of `run`. When offshoot's own process is killed (kill -9), it ends the
 * command with everything that the command started: the command must not continue with a database that others may delete.
 * Argument: the value of `MARK` in the command's environment, and the grace in milliseconds.
 */
import { setTimeout as timer } from "node:timers/promises";
import { type Family, membersOf, signalFamily } from "./marked.ts";

export type ToCommandWatchdog =
  /** The process group of the command, if it has one of its own. */
  | { readonly kind: "group"; readonly group: number }
  /** The command has ended, and offshoot with it. */
  | { readonly kind: "done" };

const [, , mark = "", grace = "0"] = process.argv;
let family: Family = { mark, group: undefined };

// A CI service that ends a job signals every process of the job. offshoot then ends the command itself, in its own time.
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => {});
process.on("message", (message: ToCommandWatchdog) => {
  if (message.kind === "done") process.exit(0);
  family = { ...family, group: message.group };
});
process.on("disconnect", () => void endCommand());
// Messages that came while this program was loaded are delivered before the next turn of the event loop.
if (!process.connected) setImmediate(() => void endCommand());

async function endCommand(): Promise<void> {
  signalFamily(family, "SIGTERM");
  for (const end = performance.now() + Number(grace); performance.now() < end && membersOf(family).length > 0;) await timer(50);
  // A process can start another one while it is killed, so this looks more than once.
  for (let round = 0; round < 20 && membersOf(family).length > 0; round += 1) {
    signalFamily(family, "SIGKILL");
    await timer(50);
  }
  process.exit(0);
}
