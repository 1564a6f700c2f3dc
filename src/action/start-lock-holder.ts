import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CommonOptions } from "../context/context.ts";
import type { Env } from "../environment.ts";
import { codeOf, OffshootError } from "../errors.ts";
import { withSession } from "../postgres/connect.ts";
import { backgroundEnvironment } from "../own-secrets.ts";
import type { DirectUrl } from "../postgres/url.ts";
import { withOwnNodeOptions } from "../process/node-options.ts";
import { startWithReply } from "../process/background.ts";
import { withoutInputs } from "./inputs.ts";

/** The message to the lock holder process. */
export interface LockHolderRequest {
  readonly url: DirectUrl;
  /** The application name of its session. */
  readonly name: string;
  /** Path of a file. After it was created, the process does not take a lost lock again. */
  readonly stopFile: string;
  /** The options of the command, with which the process finds the run's database to renew its expiry. They contain the API key. */
  readonly run: RunOptions;
}

export type RunOptions = Pick<CommonOptions, "cwd" | "env" | "config" | "settings">;

export type LockHolderReply = "held" | "refused";

/** Milliseconds to wait for the reply. The process itself tries for 15 s to get the lock. */
const REPLY_MS = 25_000;

/** Milliseconds to wait for the end of a session that is being terminated. */
const END_MS = 5000;

/**
 * Starts a process that holds a usage lock on the database after this process has ended, in a session with the application
 * name `name`. It also renews the expiry of the run's database. The caller must hold a usage lock until then. Throws `CONNECTION_FAILED` if the process cannot get the lock.
 */
export async function startLockHolder(url: DirectUrl, name: string, env: Env, options: RunOptions): Promise<void> {
  const { cwd, config, settings } = options;
  // The private channel passes the key: other processes of the job can read an environment.
  const run: RunOptions = { cwd, config, settings, env: withoutInputs(env) };
  const request: LockHolderRequest = { url, name, stopFile: stopFileOf(name, env), run };
  // The runner's tracking id is kept in the environment: with it the runner ends the process at the end of the job.
  const inherited = withOwnNodeOptions(backgroundEnvironment(withoutInputs(env)));
  if ((await startWithReply<LockHolderReply>("action/lock-holder", request, inherited, REPLY_MS)) === "held") return;
  throw new OffshootError("CONNECTION_FAILED", "The usage lock on the database could not be kept for the later steps of this job.", {
    meaning: "With `teardown: true` the last job that uses the database deletes it. Without a usage lock this job would not be counted.",
    remedy: "Run the job again, or remove `teardown: true` and delete the database in a last job with `command: down`.",
  });
}

/** Ends a lock holder process and its session, which releases the lock. Does nothing if there is none. */
export async function endLockHolder(url: DirectUrl, name: string, env: Env, signal: AbortSignal): Promise<void> {
  // The file is created first. Otherwise the process would treat the end of its session like a server restart.
  await makeFile(stopFileOf(name, env));
  await withSession(
    url,
    (session) =>
      session.query("select pg_catalog.pg_terminate_backend(pid, $2) from pg_catalog.pg_stat_activity where application_name = $1", [
        name,
        END_MS,
      ]),
    { signal, queryMs: 2 * END_MS },
  );
}

/** Creates the file. It never follows a link in its place, because every user can write to a shared temporary folder. */
async function makeFile(path: string): Promise<void> {
  await writeFile(path, "", { flag: "wx", mode: 0o600 }).catch((thrown: unknown) => {
    if (codeOf(thrown) !== "EEXIST") throw thrown;
  });
}

/** In the folder that the runner empties after each job (GitHub, "Default environment variables", `RUNNER_TEMP`). */
function stopFileOf(name: string, env: Env): string {
  return join(env["RUNNER_TEMP"] ?? tmpdir(), `${name.replaceAll(":", "-")}.stop`);
}
