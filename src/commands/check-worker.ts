import { checkOptionNames } from "../context/option-names.ts";
import { describeFindings } from "../findings/count.ts";
import { type CheckResult, finishCheck } from "./check-result.ts";
import { judge } from "../check/worker/judge.ts";
import { cancelled } from "../deadline.ts";
import { codeOf } from "../errors.ts";
import { silent } from "../events.ts";
import { cleanOutput } from "../process/clean-output.ts";
import { commandNotFound } from "../process/foreground.ts";
import { redact } from "../redact.ts";
import { secretValues } from "../own-secrets.ts";
import { formatElapsed } from "../duration.ts";
import { withCleanErrors } from "../context/clean-errors.ts";
import { inPhase } from "../context/phase.ts";
import type { Env } from "../environment.ts";
import { chosenFolder } from "../process/working-directory.ts";
import type { CheckWorkerOptions } from "./check-worker/options.ts";
import { requirementsOf } from "./check-worker/requirements.ts";
import { targetOf } from "./check-worker/target.ts";

export type { CheckWorkerOptions } from "./check-worker/options.ts";

/**
 * Starts a worker, watches it, and ends it with all processes that it started. Or watches one that runs already, and leaves it
 * alone. A started one gets our environment without our own secrets (see the setting `passSecrets`), and `PYTHONUNBUFFERED=1`,
 * also in the container of `docker run`, so that Python writes its log without delay. Findings are a result, not an error.
 *
 * Throws `COMMAND_MISSING`, `COMMAND_NOT_FOUND`, `USAGE` for an invalid value or a log that cannot be read, and `CANCELLED`.
 */
export async function checkWorker(options: CheckWorkerOptions): Promise<CheckResult> {
  checkOptionNames(options);
  const env = options.env ?? process.env;
  const secrets = secretValues(env);
  return withCleanErrors({ secrets }, () => checkWith(options, env, secrets));
}

async function checkWith(options: CheckWorkerOptions, env: Env, secrets: readonly string[]): Promise<CheckResult> {
  const { onEvent: emit = silent } = options;
  const cwd = await chosenFolder(options.cwd);
  const requirements = requirementsOf(options);
  const signal = options.signal ?? new AbortController().signal;
  const worker = await targetOf(options, { cwd, env, signal, emit });
  const name = redact(worker.name, secrets);
  const show = { time: formatElapsed, line: (text: string) => redact(text, secrets) };
  const { watchWorker } = await import("../check/worker/watch.ts");
  const cleaner = cleanOutput(secrets, (stream, text) => emit({ kind: "output", stream, chunk: Buffer.from(text) }));
  const output = (stream: "stdout" | "stderr", chunk: Uint8Array): void => cleaner.push(stream, chunk);
  const watch = async (): ReturnType<typeof watchWorker> => {
    const { target, logFile } = worker;
    try {
      const observed = await watchWorker({ target, logFile, requirements, cwd, env: worker.env, signal, output });
      const containers = await worker.endContainers();
      const { stopped } = observed;
      return stopped === undefined ? observed : { ...observed, stopped: { ...stopped, left: [...stopped.left, ...containers] } };
    } catch (thrown) {
      throw notStarted(options.command?.[0] ?? "", thrown);
    } finally {
      cleaner.end();
    }
  };
  const findings = await inPhase(emit, "worker", name, async () => judge(name, requirements, await watch(), show), describeFindings);
  if (signal.aborted) throw cancelled("the worker");
  return finishCheck({ command: "check worker", findings, failOn: options.failOn, cwd: options.cwd, emit });
}

function notStarted(program: string, thrown: unknown): unknown {
  const code = codeOf(thrown);
  if (code !== "ENOENT" && code !== "EACCES") return thrown;
  return commandNotFound(program, thrown, "npx offshoot check worker -- sh -c 'COMMAND'");
}
