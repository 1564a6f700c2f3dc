import { describeFindings } from "../findings/count.ts";
import type { Severity } from "../findings/finding.ts";
import { type CheckResult, durationOption, finishCheck } from "./check-result.ts";
import { judge } from "../check/worker/judge.ts";
import { cancelled } from "../deadline.ts";
import { codeOf, OffshootError } from "../errors.ts";
import { silent } from "../events.ts";
import { cleanOutput } from "../process/clean-output.ts";
import { commandNotFound } from "../process/foreground.ts";
import { redact } from "../redact.ts";
import { commandEnvironment, secretValues } from "../own-secrets.ts";
import { loadSettings } from "../config/load.ts";
import { formatElapsed } from "../duration.ts";
import type { CommonOptions } from "../context/context.ts";
import { inPhase } from "../context/phase.ts";
import { workingDirectory } from "../process/working-directory.ts";

export interface CheckWorkerOptions extends Pick<CommonOptions, "cwd" | "env" | "signal" | "onEvent" | "config" | "settings"> {
  /** The worker's command and its arguments; it is started without a shell. */
  readonly command: readonly string[];
  /** How long the worker must run, such as `30s`; default `10s`. */
  readonly for?: string | undefined;
  /** How many lines it must write, on stdout and stderr together; default 1. */
  readonly lines?: number | undefined;
  /** A text that one of its lines must contain; default none. */
  readonly ready?: string | undefined;
  /** How long to wait for the lines and the text; default `30s`, and at least as long as `for`. */
  readonly within?: string | undefined;
  /** How long it may take to end after SIGTERM; default `10s`. */
  readonly grace?: string | undefined;
  /** The lowest severity that fails the check; default `error`. */
  readonly failOn?: Severity | undefined;
}

/**
 * Starts a worker, watches it, and ends it with all processes that it started. It gets our environment
 * without our own secrets (see the setting `passSecrets`), and `PYTHONUNBUFFERED=1`, so that Python writes its log without delay. Findings are a result, not an error.
 *
 * Throws `COMMAND_MISSING`, `COMMAND_NOT_FOUND`, `USAGE` for an invalid duration or number, and `CANCELLED`.
 */
export async function checkWorker(options: CheckWorkerOptions): Promise<CheckResult> {
  const { command, lines = 1, ready, onEvent: emit = silent } = options;
  const [program] = command;
  if (program === undefined) {
    throw new OffshootError("COMMAND_MISSING", "The command of the worker is missing.", {
      remedy: "Give it after `--`: offshoot check worker -- python worker.py",
    });
  }
  if (!Number.isSafeInteger(lines) || lines < 0) {
    throw new OffshootError("USAGE", "--lines is not a whole number of at least 0.", { remedy: "Write a number such as 50." });
  }
  const forMs = durationOption("for", options.for ?? "10s");
  const withinMs = Math.max(forMs, durationOption("within", options.within ?? "30s"));
  const requirements = { forMs, lines, ready, withinMs, graceMs: durationOption("grace", options.grace ?? "10s") };
  const { cwd = workingDirectory(), env = process.env } = options;
  const { settings } = await loadSettings({ cwd, env, flags: options.settings, file: options.config });
  const secrets = secretValues(env);
  const signal = options.signal ?? new AbortController().signal;
  const { watchWorker } = await import("../check/worker/watch.ts");
  const cleaner = cleanOutput(secrets, (stream, text) => emit({ kind: "output", stream, chunk: Buffer.from(text) }));
  const watch = (): ReturnType<typeof watchWorker> =>
    watchWorker({
      ...requirements,
      argv: command,
      cwd,
      env: { PYTHONUNBUFFERED: "1", ...commandEnvironment(env, settings.passSecrets) },
      signal,
      output: (stream, chunk) => cleaner.push(stream, chunk),
    }).finally(() => cleaner.end());
  const name = redact(command.join(" "), secrets);
  const show = { time: formatElapsed, line: (text: string) => redact(text, secrets) };
  const findings = await inPhase(
    emit,
    "command",
    name,
    async () => judge(name, requirements, await watch().catch((thrown: unknown) => Promise.reject(notStarted(program, thrown))), show),
    describeFindings,
  );
  if (signal.aborted) throw cancelled("the worker");
  return finishCheck({ command: "check worker", findings, failOn: options.failOn, cwd: options.cwd, emit });
}

function notStarted(program: string, thrown: unknown): unknown {
  const code = codeOf(thrown);
  if (code !== "ENOENT" && code !== "EACCES") return thrown;
  return commandNotFound(program, thrown, "offshoot check worker -- sh -c '…'");
}
