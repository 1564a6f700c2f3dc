import { randomUUID } from "node:crypto";
import { cancelled } from "../deadline.ts";
import type { Env } from "../environment.ts";
import { messageOf, OffshootError } from "../errors.ts";
import { startChild } from "../process/child.ts";
import { endLeft } from "../process/left-processes.ts";
import { MARK } from "../process/marked.ts";
import { redact } from "../redact.ts";

export interface RunLineOptions {
  readonly cwd: string;
  readonly env: Env;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Texts to remove from the output. */
  readonly secrets: readonly string[];
}

/** Enough to see the tool's error. More would hide the rest of the report. */
const TAIL_LINES = 12;

/** The result of a shell line. */
export interface LineResult {
  readonly ok: boolean;
  /** Everything that it wrote, redacted. */
  readonly output: string;
  /** The last lines, without stack frames. */
  readonly tail: string;
}

/**
 * Runs a shell line to its end. A line that cannot be started counts as failed. Throws `CANCELLED` and `TIMED_OUT`: a tool
 * that was stopped shows nothing about its migration.
 */
export async function runLine(line: string, { cwd, env, signal, timeoutMs, secrets }: RunLineOptions): Promise<LineResult> {
  if (signal.aborted) throw cancelled("the rollback check");
  let output = "";
  const mark = randomUUID();
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  const child = startChild(line, {
    cwd,
    env: { ...env, [MARK]: mark },
    // Without the group, the shell would end and leave its tool running on a database that is deleted soon.
    group: true,
    output: (stream, chunk) => (output += decoders[stream].decode(chunk, { stream: true })),
  });
  const budget = AbortSignal.timeout(timeoutMs);
  const ended = AbortSignal.any([signal, budget]);
  // The tool's database is deleted anyway, so the tool needs no time to end by itself.
  const kill = (): void => child.signal("SIGKILL");
  ended.addEventListener("abort", kill, { once: true });
  // A group of its own gets no Ctrl-C from the terminal.
  const cancelKill = child.killOnExit();
  let ok: boolean;
  try {
    ok = await child.ended.then(({ code }) => code === 0);
  } catch (thrown) {
    output += `\n${messageOf(thrown)}`;
    ok = false;
  } finally {
    ended.removeEventListener("abort", kill);
    cancelKill();
    await endLeft({ group: child.pid, mark }, 0);
  }
  if (signal.aborted) throw cancelled("the rollback check");
  if (!ok && budget.aborted) {
    throw new OffshootError("TIMED_OUT", `The command \`${line}\` did not end within ${Math.round(timeoutMs / 1000)} s.`, {
      remedy: "Find out what the migration waits for, or raise the limit, as in --set timeouts.migrate=1h",
    });
  }
  const clean = redact(output, secrets).trimEnd();
  return { ok, output: clean, tail: tailOf(clean) };
}

/** Leaves out stack frames, which come last and rarely help. */
function tailOf(output: string): string {
  const lines = output.split("\n").filter((line) => !/^\s+at .+[:)]/.test(line));
  return lines.slice(-TAIL_LINES).join("\n");
}
