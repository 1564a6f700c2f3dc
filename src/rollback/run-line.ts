import { spawn } from "node:child_process";
import { cancelled } from "../deadline.ts";
import type { Env } from "../environment.ts";
import { codeOf, OffshootError } from "../errors.ts";
import { redact } from "../redact.ts";

export interface MoveOptions {
  readonly cwd: string;
  readonly env: Env;
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
  /** The last lines of it, without stack frames. */
  readonly tail: string;
}

/**
 * Runs a line of the shell to its end. One that can't be started has failed. Throws `CANCELLED` and `TIMED_OUT`: a tool
 * that was cut short says nothing about its migration.
 */
export async function move(line: string, { cwd, env, signal, withinMs }: MoveOptions): Promise<Moved> {
  if (signal.aborted) throw cancelled("the rollback check");
  const grouped = process.platform !== "win32";
  const child = spawn(line, { cwd, env: { ...env }, shell: true, stdio: ["ignore", "pipe", "pipe"], detached: grouped });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const closed = new Promise<boolean>((resolve) => {
    child.once("error", (thrown) => {
      output += `\n${thrown.message}`;
      resolve(false);
    });
    child.once("close", (code) => resolve(code === 0));
  });
  const budget = AbortSignal.timeout(withinMs);
  const ended = AbortSignal.any([signal, budget]);
  // The shell alone would leave the tool behind it running, on a database that is about to go. All that it
  // writes to is thrown away, so that nothing is gained by asking politely.
  const kill = (): void => {
    if (child.pid !== undefined) end(grouped ? -child.pid : child.pid);
  };
  ended.addEventListener("abort", kill, { once: true });
  // A group of its own hears no Ctrl-C: it must not outlive us.
  process.once("exit", kill);
  const ok = await closed.finally(() => {
    ended.removeEventListener("abort", kill);
    process.off("exit", kill);
  });
  if (signal.aborted) throw cancelled("the rollback check");
  if (!ok && budget.aborted) {
    throw new OffshootError("TIMED_OUT", `Timed out after ${Math.round(withinMs / 1000)} s: \`${line}\`.`, {
      remedy: "Raise timeouts.migrate, or see what the migration waits for.",
    });
  }
  const clean = redact(output).trimEnd();
  return { ok, output: clean, tail: tailOf(clean) };
}

/** Without stack frames, which come last and say least. */
function tailOf(output: string): string {
  const lines = output.split("\n").filter((line) => !/^\s+at .+[:)]/.test(line));
  return lines.slice(-TAIL_LINES).join("\n");
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (thrown) {
    // Everything is gone already.
    if (codeOf(thrown) !== "ESRCH") throw thrown;
  }
}
