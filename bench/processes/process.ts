import { spawnSync } from "node:child_process";

export const ROOT: string = new URL("../..", import.meta.url).pathname;
export const BIN: string = new URL("../../bin/offshoot.js", import.meta.url).pathname;

export interface Options {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a program to its end, and returns its output. Throws its error output if it fails. */
export function mustRun(file: string, args: readonly string[], options: Options = {}): string {
  const { status, stdout, stderr, error } = spawnSync(file, args, { ...options, encoding: "utf8" });
  if (status !== 0) throw new Error(`${file} ${args.join(" ")}: ${error?.message ?? stderr}`);
  return stdout.trim();
}

/** Runs `node` to its end. */
export function node(args: readonly string[], options?: Options): string {
  return mustRun(process.execPath, args, options);
}

/** Runs `node` to its end, and returns the processor time of it and of its own children, in milliseconds. */
export function processorTime(args: readonly string[], options: Options = {}): number {
  // The numbers are the last line of stderr; bash itself is not counted.
  const script = `TIMEFORMAT="%U %S"; time "$0" "$@" >/dev/null`;
  const { status, stderr, error } = spawnSync("bash", ["-c", script, process.execPath, ...args], { ...options, encoding: "utf8" });
  if (status !== 0) throw new Error(`${args.join(" ")}: ${error?.message ?? stderr}`);
  const [user = 0, system = 0] = (stderr.trimEnd().split("\n").at(-1) ?? "").split(" ").map(Number);
  return (user + system) * 1000;
}
