import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const BIN = new URL("../../bin/offshoot.js", import.meta.url).pathname;

/** Runs `offshoot` outside of the schedules and returns what it printed. Throws when it fails. */
export async function offshoot(args: readonly string[], env: Readonly<Record<string, string>>, cwd = "/"): Promise<string> {
  const base = { PATH: process.env["PATH"], HOME: "/", GIT_CONFIG_GLOBAL: "/dev/null", USER: "node" };
  return (await run(process.execPath, [BIN, ...args, "--quiet"], { cwd, env: { ...base, ...env } })).stdout;
}
