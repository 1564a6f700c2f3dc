/**
 * The lock holder process: it holds a job's usage lock between the main step and the post step of the action, because the
 * runner starts a separate process for each step. It ends when the post step creates the stop file, when the database is
 * deleted, or at the end of the job, when the runner ends all processes of the job.
 */
import { existsSync } from "node:fs";
import { takeUsageLock, type UsageLock } from "../usage/usage-lock.ts";
import type { LockHolderReply, LockHolderRequest } from "./start-lock-holder.ts";

/** Milliseconds between two checks for the stop file. They are needed while the process has no session that can be ended. */
const CHECK_MS = 1000;

process.once("message", ({ url, name, stopFile }: LockHolderRequest) => {
  const isWanted = (): boolean => !existsSync(stopFile);
  takeUsageLock(url, AbortSignal.timeout(15_000), { applicationName: name, isWanted }).then(
    (usageLock) => (usageLock === undefined ? reply("refused") : hold(usageLock, isWanted)),
    () => reply("refused"),
  );
});

function hold({ lost }: UsageLock, isWanted: () => boolean): void {
  lost.addEventListener("abort", () => process.exit(0), { once: true });
  // The timer also keeps the process alive while a server restarts and there is no session.
  setInterval(() => (isWanted() ? undefined : process.exit(0)), CHECK_MS);
  reply("held");
}

function reply(text: LockHolderReply): void {
  process.send?.(text, undefined, undefined, () => {
    if (text === "refused") process.exit(1);
  });
}
