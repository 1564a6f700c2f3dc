import { cancelled } from "../deadline.ts";
import type { Env } from "../environment.ts";
import { messageOf, OffshootError } from "../errors.ts";
import { startChild } from "../process/child.ts";
import { cleanOutput } from "../process/clean-output.ts";
import { endLeft } from "../process/left-processes.ts";
import { MARK } from "../process/marked.ts";
import { createTail } from "../process/tail.ts";
import { watchCommand } from "../process/watch-command.ts";

export interface CommandOptions {
  readonly cwd: string;
  readonly env: Env;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly secrets: readonly string[];
  /** Receives the output without secrets. It can contain values of rows. */
  readonly output: (stream: "stdout" | "stderr", text: string) => void;
}

/** How a command ended. */
export interface CommandEnd {
  readonly ok: boolean;
  /** Such as `exit status 1`. */
  readonly how: string;
  /** Its last lines, without secrets. They can contain values of rows. */
  readonly tail: string;
  /** The programs that it left running, which were killed: they would go on in a copy that is deleted. */
  readonly left: readonly string[];
}

/**
 * Runs a migration command to its end, with everything that it starts. A command that cannot be started counts as failed.
 * Throws `CANCELLED` and `TIMED_OUT`.
 */
export async function runCommand(command: readonly string[] | string, options: CommandOptions): Promise<CommandEnd> {
  const { cwd, env, signal, timeoutMs, secrets, output } = options;
  if (signal.aborted) throw cancelled("the rehearsal");
  const tail = createTail(secrets);
  const cleaner = cleanOutput(secrets, output);
  // It also ends the command if this process is killed.
  const watchdog = watchCommand(env, 0);
  const child = startChild(command, {
    cwd,
    env: { ...env, ...watchdog.env },
    group: true,
    output(stream, chunk) {
      tail.push(stream, chunk);
      cleaner.push(stream, chunk);
    },
  });
  watchdog.watchGroup(child.pid);
  const endAll = (): Promise<readonly string[]> =>
    endLeft({ group: child.pid, mark: watchdog.env[MARK] ?? "" }, ended.aborted ? 0 : undefined);
  const budget = AbortSignal.timeout(timeoutMs);
  const ended = AbortSignal.any([signal, budget]);
  // The copy is deleted anyway, so the command needs no time to end by itself.
  const kill = (): void => child.signal("SIGKILL");
  ended.addEventListener("abort", kill, { once: true });
  const cancelKill = child.killOnExit();
  try {
    const { code, signal: by } = await child.ended;
    if (signal.aborted) throw cancelled("the rehearsal");
    if (budget.aborted) throw timedOut(timeoutMs);
    return {
      ok: code === 0,
      how: code === null ? `signal ${by ?? "unknown"}` : `exit status ${code}`,
      tail: tail.text(),
      left: await endAll(),
    };
  } catch (thrown) {
    if (thrown instanceof OffshootError) throw thrown;
    return { ok: false, how: `could not be started: ${messageOf(thrown)}`, tail: "", left: [] };
  } finally {
    ended.removeEventListener("abort", kill);
    cancelKill();
    await endAll();
    await watchdog.release();
    cleaner.end();
  }
}

function timedOut(ms: number): OffshootError {
  return new OffshootError("TIMED_OUT", `The migrations did not end within ${Math.round(ms / 1000)} s in the copy.`, {
    remedy: "Find out what they wait for, or raise the limit, as in --set timeouts.migrate=1h",
  });
}
