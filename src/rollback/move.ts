import { spawn } from "node:child_process";
import { redact } from "../redact.ts";

export interface MoveOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Milliseconds for one line. */
  readonly withinMs: number;
}

/** What the end of a tool's output is worth: more would bury the report. */
const TAIL_LINES = 12;

/** How a line of the shell ended. */
export interface Moved {
  readonly ok: boolean;
  /** All that it wrote, redacted; for looking things up in. */
  readonly output: string;
  /** The last lines of it. */
  readonly tail: string;
}

/** Runs a line of the shell to its end. One that can't be started or is cut short has failed. */
export function move(line: string, { cwd, env, signal, withinMs }: MoveOptions): Promise<Moved> {
  const child = spawn(line, {
    cwd,
    env: { ...env },
    shell: true,
    stdio: ["ignore", "pipe", "pipe"],
    signal: AbortSignal.any([signal, AbortSignal.timeout(withinMs)]),
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((resolve) => {
    const end = (ok: boolean): void => {
      const clean = redact(output).trimEnd();
      resolve({ ok, output: clean, tail: clean.split("\n").slice(-TAIL_LINES).join("\n") });
    };
    child.once("error", (thrown) => {
      output += `\n${thrown.message}`;
      end(false);
    });
    child.once("close", (code) => end(code === 0));
  });
}
