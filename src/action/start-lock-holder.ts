import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Env } from "../environment.ts";
import { OffshootError } from "../errors.ts";
import { withSession } from "../postgres/connect.ts";
import type { DirectUrl } from "../postgres/url.ts";
import { startWithReply } from "../process/background.ts";
import { withoutInputs } from "./inputs.ts";

export interface LockHolderRequest {
  readonly url: DirectUrl;
  /** The name of its session. */
  readonly name: string;
  /** Path of a file. Once it is there, a share that was lost is not taken again. */
  readonly stopFile: string;
}

export type LockHolderReply = "held" | "refused";

/** Milliseconds for a session to go once it was told to. */
const END_MS = 5000;

/**
 * Starts a process that keeps a share in the database after ours has ended, over a session called `name`. The caller
 * must hold a share meanwhile. Throws `CONNECTION_FAILED` where it can't.
 */
export async function startLockHolder(url: DirectUrl, name: string, env: Env): Promise<void> {
  const holder: LockHolderRequest = { url, name, stopFile: farewellOf(name, env) };
  // The runner's tracking id stays in it: by that the runner ends the holder with the job.
  const { NODE_OPTIONS: _, NEON_API_KEY: __, ...inherited } = withoutInputs(env);
  if ((await startWithReply<LockHolderReply>("action/lock-holder", holder, inherited)) === "held") return;
  throw new OffshootError("CONNECTION_FAILED", "The job's share in the database could not be kept for its later steps.", {
    meaning: "With `teardown: true` the last job that uses the database removes it, and without a share this job would not count.",
    remedy: "Run it again, or remove the database in a last job with `command: down` instead.",
  });
}

/** Ends a holder and its session, and its share with it; nothing where there is none. */
export async function endLockHolder(url: DirectUrl, name: string, env: Env, signal: AbortSignal): Promise<void> {
  // First, so that a holder whose session is ended doesn't take it for a server that restarts.
  await writeFile(farewellOf(name, env), "");
  await withSession(
    url,
    (session) => session.query("select pg_terminate_backend(pid, $2) from pg_stat_activity where application_name = $1", [name, END_MS]),
    { signal, queryMs: 2 * END_MS },
  );
}

/** In the directory that the runner empties after each job (GitHub, "Default environment variables", `RUNNER_TEMP`). */
function farewellOf(name: string, env: Env): string {
  return join(env["RUNNER_TEMP"] ?? tmpdir(), `${name.replaceAll(":", "-")}.farewell`);
}
