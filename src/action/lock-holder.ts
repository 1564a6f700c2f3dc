/**
 * The lock holder process: it holds a job's usage lock, and renews the expiry of the database, between the main step and the post step of the action, because the
 * runner starts a separate process for each step. It ends when the post step creates the stop file, when the database is
 * deleted, or at the end of the job, when the runner ends all processes of the job.
 */
import { existsSync } from "node:fs";
import { setTimeout as timer } from "node:timers/promises";
import { prepare } from "../context/context.ts";
import { requireRunDatabase } from "../context/target-database.ts";
import { renewalOf, renewWhileUsed } from "../usage/renewal.ts";
import { takeUsageLock, type UsageLock } from "../usage/usage-lock.ts";
import type { LockHolderReply, LockHolderRequest, RunOptions } from "./start-lock-holder.ts";

/** Milliseconds between two checks for the stop file. They are needed while the process has no session that can be ended. */
const CHECK_MS = 1000;

/** After an outage, the database is searched again after this time, in milliseconds. It does not expire so soon. */
const SEARCH_AGAIN_MS = 60_000;

process.once("message", ({ url, name, stopFile, run }: LockHolderRequest) => {
  const isWanted = (): boolean => !existsSync(stopFile);
  takeUsageLock(url, AbortSignal.timeout(15_000), { applicationName: name, isWanted }).then(
    (usageLock) => (usageLock === undefined ? reply("refused") : hold(usageLock, isWanted, run)),
    () => reply("refused"),
  );
});

function hold({ lost }: UsageLock, isWanted: () => boolean, run: RunOptions): void {
  lost.addEventListener("abort", () => process.exit(0), { once: true });
  // The timer also keeps the process alive while a server restarts and there is no session.
  setInterval(() => (isWanted() ? undefined : process.exit(0)), CHECK_MS);
  reply("held");
  void renew(run);
}

/** Nobody reads what this process prints, so a failure is only tried again. The lost lock shows that the database was deleted. */
async function renew(run: RunOptions): Promise<void> {
  for (;;) {
    try {
      const context = await prepare(run);
      renewWhileUsed(await requireRunDatabase(context), renewalOf(context));
      return;
    } catch {
      await timer(SEARCH_AGAIN_MS, undefined, { ref: false });
    }
  }
}

function reply(text: LockHolderReply): void {
  process.send?.(text, undefined, undefined, () => {
    if (text === "refused") process.exit(1);
  });
}
