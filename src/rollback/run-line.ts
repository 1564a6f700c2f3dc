import { cancelled } from "../deadline.ts";
import type { Env } from "../environment.ts";
import { messageOf, OffshootError } from "../errors.ts";
import { startChild } from "../process/child.ts";
import { redact } from "../redact.ts";

export interface RunLineOptions {
  readonly cwd: string;
  readonly env: Env;
  readonly signal: AbortSignal;
  /** Milliseconds for one line. */
  readonly timeoutMs: number;
}

/** What the end of a tool's output is worth: more would bury the report. */
const TAIL_LINES = 12;

/** How a line of the shell ended. */
export interface LineResult {
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
export async function runLine(line: string, { cwd, env, signal, timeoutMs: withinMs }: RunLineOptions): Promise<LineResult> {
  if (signal.aborted) throw cancelled("the rollback check");
  let output = "";
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  const child = startChild(line, {
    cwd,
    env,
    // Without the group, the shell would end and leave its tool running on a database that is deleted soon.
    group: true,
    output: (stream, chunk) => (output += decoders[stream].decode(chunk, { stream: true })),
  });
  const budget = AbortSignal.timeout(withinMs);
  const ended = AbortSignal.any([signal, budget]);
  // The tool's database is deleted anyway, so the tool needs no time to end by itself.
  const kill = (): void => child.signal("SIGKILL");
  ended.addEventListener("abort", kill, { once: true });
  // A group of its own gets no Ctrl-C from the terminal.
  const cancelKill = child.killOnExit();
  const ok = await child.ended
    .then(
      ({ code }) => code === 0,
      (thrown: unknown) => {
        output += `\n${messageOf(thrown)}`;
        return false;
      },
    )
    .finally(() => {
      ended.removeEventListener("abort", kill);
      cancelKill();
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
