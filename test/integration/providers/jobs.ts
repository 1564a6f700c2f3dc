import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { compile } from "../../support/compile.ts";
import type { Database } from "../../../src/providers/provider.ts";
import { ROOT } from "./local/homes.ts";

const SCRIPT = await compile("test/integration/providers/acquire.mjs");

/** A job: its run, its state folder, and its user. */
export interface JobOptions extends Pick<SpawnOptions, "uid" | "gid"> {
  readonly key: string;
  readonly home: string | undefined;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a process that acquires a run's database. It uses the compiled files, as users do. */
export function startJob({ key, home, cwd = ROOT, env = {}, ...ids }: JobOptions): ChildProcess {
  const state = home === undefined ? {} : { OFFSHOOT_HOME: home };
  return spawn(process.execPath, [SCRIPT, JSON.stringify({ key, cwd })], {
    env: { ...process.env, ...state, ...env },
    stdio: "pipe",
    ...ids,
  });
}

/** The database that a job acquired. Throws its error output when it failed. */
export async function answerOf(job: ChildProcess): Promise<Database> {
  const { stdout, stderr } = job;
  if (stdout === null || stderr === null) throw new Error("no streams");
  const [output, errors, [code]] = await Promise.all([text(stdout), text(stderr), once(job, "exit") as Promise<[number | null]>]);
  if (code !== 0) throw new Error(errors);
  return JSON.parse(output) as Database;
}
