import { execFile, type ExecFileException } from "node:child_process";
import type { Env } from "../environment.ts";
import { MIB } from "../read-file.ts";

export interface ProgramOptions {
  readonly env: Env;
  /** Default: our own working directory. */
  readonly cwd?: string;
  /** What the program reads from stdin. Default: nothing. */
  readonly input?: string;
  /** Ends the program when it aborts. */
  readonly signal?: AbortSignal;
  /** The limit of each of its outputs in bytes; default 16 MiB. More output ends the program. */
  readonly mostBytes?: number;
}

export interface ProgramResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Undefined when the exit status is 0. `code`: the exit status, or the system's error such as `ENOENT`. */
  readonly failure: ExecFileException | undefined;
}

/** No program that is run in this way prints so much. */
const MOST_BYTES = 16 * MIB;

/** The code of the failure of a program that printed more than the limit. */
export const TOO_MUCH = "ERR_CHILD_PROCESS_STDIO_MAXBUFFER";

/** Runs a program to its end and collects its output. Never throws. */
export function runProgram([file = "", ...args]: readonly string[], options: ProgramOptions): Promise<ProgramResult> {
  const { env, cwd, input = "", signal, mostBytes = MOST_BYTES } = options;
  return new Promise((resolve) => {
    // SIGKILL, because a program that prints without an end may also ignore SIGTERM.
    const settings = { env: { ...env }, cwd, signal, maxBuffer: mostBytes, killSignal: "SIGKILL", windowsHide: true } as const;
    const child = execFile(file, args, settings, (failure, stdout, stderr) => {
      if (failure?.code === TOO_MUCH) failure.message = `its output is larger than ${mostBytes / MIB} MiB`;
      resolve({ stdout, stderr, failure: failure ?? undefined });
    });
    // A program may end before it has read all of its input. Its exit status shows whether that is a failure.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}
