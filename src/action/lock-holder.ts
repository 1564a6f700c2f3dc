/**
 * A process that keeps a job's share in its database from the action's step to its post step: the runner starts a
 * process of its own for each. It ends when the post step leaves its farewell, with the database, or with the job: the
 * runner ends what a job left running.
 */
import { existsSync } from "node:fs";
import { type UsageLock, takeUsageLock } from "../usage/usage-lock.ts";
import type { LockHolderReply, LockHolderRequest } from "./start-lock-holder.ts";

/** Milliseconds between two looks for the farewell, where no session is ended by it. */
const LOOK_MS = 1000;

process.once("message", ({ url, name, stopFile: farewell }: LockHolderRequest) => {
  const isWanted = (): boolean => !existsSync(farewell);
  takeUsageLock(url, AbortSignal.timeout(15_000), { applicationName: name, isWanted }).then(
    (lease) => (lease === undefined ? tell("refused") : hold(lease, isWanted)),
    () => tell("refused"),
  );
});

function hold({ lost }: UsageLock, isWanted: () => boolean): void {
  lost.addEventListener("abort", () => process.exit(0), { once: true });
  // Keeps the process, also while a server restarts and there is no session.
  setInterval(() => (isWanted() ? undefined : process.exit(0)), LOOK_MS);
  tell("held");
}

function tell(word: LockHolderReply): void {
  process.send?.(word, undefined, undefined, () => {
    if (word === "refused") process.exit(1);
  });
}
