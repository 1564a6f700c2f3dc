import { type CheckResult, resultOf } from "../check/report.ts";
import { describeFindings, tellFindings } from "../check/tell.ts";
import { readTime } from "../check/time.ts";
import { judge } from "../check/worker/judge.ts";
import { cancelled } from "../deadline.ts";
import { codeOf, OffshootError } from "../errors.ts";
import { silent } from "../events.ts";
import { commandNotFound } from "../process/foreground.ts";
import { redact } from "../redact.ts";
import { formatElapsed } from "../duration.ts";
import type { CommonOptions } from "../context/context.ts";
import { inPhase } from "../context/phase.ts";

export interface CheckWorkerOptions extends Pick<CommonOptions, "cwd" | "env" | "signal" | "onEvent"> {
  /** The worker's command with its arguments; no shell is involved. */
  readonly command: readonly string[];
  /** How long it must live, such as `10s`, which is the default. */
  readonly for?: string | undefined;
  /** How many lines it must write, on both streams together; default 1. */
  readonly lines?: number | undefined;
  /** A text that one of its lines must hold; default none. */
  readonly ready?: string | undefined;
  /** How long to wait for lines and text; default `30s`, and at least as long as it must live. */
  readonly within?: string | undefined;
  /** How long it may take to end on SIGTERM; default `10s`. */
  readonly grace?: string | undefined;
}

/**
 * Starts a worker, watches it for a while and ends it with all that it started. Its environment is ours, with
 * `PYTHONUNBUFFERED=1`, since a buffered log is an empty one. Findings are a result, not an error.
 *
 * Throws `COMMAND_MISSING`, `COMMAND_NOT_FOUND`, `USAGE` for a duration or number that is none, and `CANCELLED`.
 */
export async function checkWorker(options: CheckWorkerOptions): Promise<CheckResult> {
  const { command, lines = 1, ready, onEvent: emit = silent } = options;
  const [program] = command;
  if (program === undefined) {
    throw new OffshootError("COMMAND_MISSING", "No worker was given.", {
      remedy: "Write it after --: offshoot check worker -- python worker.py",
    });
  }
  if (!Number.isSafeInteger(lines) || lines < 0) {
    throw new OffshootError("USAGE", `lines ${lines} is no number of lines.`, { remedy: "Write a whole number such as 50." });
  }
  const forMs = readTime("for", options.for ?? "10s");
  const withinMs = Math.max(forMs, readTime("within", options.within ?? "30s"));
  const demands = { forMs, lines, ready, withinMs, graceMs: readTime("grace", options.grace ?? "10s") };
  const signal = options.signal ?? new AbortController().signal;
  const { watchWorker } = await import("../check/worker/watch.ts");
  const watch = (): ReturnType<typeof watchWorker> =>
    watchWorker({
      ...demands,
      argv: command,
      cwd: options.cwd ?? process.cwd(),
      env: { PYTHONUNBUFFERED: "1", ...(options.env ?? process.env) },
      signal,
      output: (stream, chunk) => emit({ kind: "output", stream, chunk }),
    });
  const name = redact(command.join(" "));
  const show = { time: formatElapsed, line: (text: string) => redact(text) };
  const findings = await inPhase(
    emit,
    "command",
    name,
    async () => judge(name, demands, await watch().catch((thrown: unknown) => Promise.reject(notStarted(program, thrown))), show),
    describeFindings,
  );
  if (signal.aborted) throw cancelled("the worker");
  const result = resultOf(findings);
  tellFindings(emit, result.findings);
  return result;
}

function notStarted(program: string, thrown: unknown): unknown {
  const code = codeOf(thrown);
  if (code !== "ENOENT" && code !== "EACCES") return thrown;
  return commandNotFound(program, thrown, "offshoot check worker -- sh -c '…'");
}
