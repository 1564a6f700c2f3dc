import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { pgrepPattern } from "../../check/worker/match.ts";
import { withUnbufferedContainer } from "../../check/worker/unbuffered.ts";
import type { WorkerTarget } from "../../check/worker/watch.ts";
import { loadSettings } from "../../config/load.ts";
import { deadline } from "../../deadline.ts";
import type { Env } from "../../environment.ts";
import { OffshootError } from "../../errors.ts";
import type { Listener } from "../../events.ts";
import { commandEnvironment } from "../../own-secrets.ts";
import { containerEngine, toolEnvironment } from "../../providers/docker/engine.ts";
import type { CheckWorkerOptions } from "./options.ts";

interface World {
  readonly cwd: string;
  readonly env: Env;
  readonly signal: AbortSignal;
  readonly emit: Listener;
}

/** The worker that the options name. */
export interface Target {
  /** As it is shown. */
  readonly name: string;
  readonly target: WorkerTarget;
  readonly logFile: string | undefined;
  /** The environment for the programs that are started. */
  readonly env: Env;
  /** Removes the containers that the worker's command created and left, and returns their names. */
  endContainers(): Promise<readonly string[]>;
}

/** Throws `COMMAND_MISSING` without a worker, and `USAGE` for several workers or an invalid pid or pattern. */
export async function targetOf(options: CheckWorkerOptions, world: World): Promise<Target> {
  const { cwd, env } = world;
  const { command = [], pid, pidFile, match, container, log } = options;
  const given = [command.length > 0, ...[pid, pidFile, match, container].map((value) => value !== undefined)].filter(Boolean).length;
  if (given > 1) {
    throw new OffshootError("USAGE", "More than one worker is named.", {
      remedy: "Give a command after `--`, or one of --pid, --pid-file, --match and --container.",
    });
  }
  const logFile = log === undefined ? undefined : resolve(cwd, log);
  const attached = { logFile, env, endContainers: () => Promise.resolve([]) };
  if (command.length > 0) return startedTarget(command, logFile, options, world);
  if (pid !== undefined) return { ...attached, name: `process ${checkedPid(pid)}`, target: { pid } };
  if (pidFile !== undefined) return { ...attached, name: pidFile, target: { pidFile: resolve(cwd, pidFile) } };
  if (match !== undefined) return { ...attached, name: match, target: { match: checkedPattern(match) } };
  if (container !== undefined) return containerTarget(container, attached, world);
  if (logFile !== undefined) return { ...attached, name: log ?? "", target: { logFile } };
  throw new OffshootError("COMMAND_MISSING", "The command of the worker is missing.", {
    remedy:
      "Give it after `--`: npx offshoot check worker -- python worker.py\nFor a worker that runs already, use --pid, --pid-file, --match, --container or --log.",
  });
}

async function startedTarget(
  command: readonly string[],
  logFile: string | undefined,
  options: CheckWorkerOptions,
  { cwd, env, signal, emit }: World,
): Promise<Target> {
  const { settings } = await loadSettings({ cwd, env, flags: options.settings, file: options.config });
  const label = `offshoot.worker=${randomUUID()}`;
  const inContainer = withUnbufferedContainer(command, label);
  if (inContainer !== undefined) emit({ kind: "note", text: "PYTHONUNBUFFERED=1 is passed on to the container" });
  return {
    name: command.join(" "),
    target: { argv: inContainer?.argv ?? command },
    logFile,
    env: { PYTHONUNBUFFERED: "1", ...commandEnvironment(env, settings.passSecrets) },
    endContainers: () => (inContainer?.creates === true ? removeContainers(label, env, signal) : Promise.resolve([])),
  };
}

/** The label belongs to this check alone. */
async function removeContainers(label: string, env: Env, signal: AbortSignal): Promise<readonly string[]> {
  const engine = containerEngine(env);
  // Also after the caller's signal, so that nothing is left.
  const within = deadline("the containers of the worker", END_MS, signal.aborted ? undefined : signal);
  const { stdout } = await engine.call(["ps", "--quiet", "--filter", `label=${label}`], { within });
  const ids = stdout.split("\n").filter((id) => /^[0-9a-f]+$/.test(id));
  if (ids.length > 0) await engine.call(["rm", "--force", ...ids], { within });
  return ids.map((id) => `container ${id}`);
}

const END_MS = 30_000;
/** Longer than any check. Each call has a limit of its own. */
const WATCH_MS = 24 * 60 * 60_000;
const ANSWER_MS = 10_000;

function containerTarget(container: string, attached: Omit<Target, "name" | "target">, { env, signal }: World): Target {
  const engine = containerEngine(env);
  const within = deadline("the container of the worker", WATCH_MS, signal);
  const call = (args: readonly string[]): ReturnType<typeof engine.call> => engine.call(args, { within, answerMs: ANSWER_MS });
  // A name that starts with a dash would be an option of the tool.
  if (!/^[A-Za-z0-9][\w.-]*$/.test(container)) {
    throw new OffshootError("USAGE", `${JSON.stringify(container)} is not the name of a container.`, {
      remedy: `Write its name or id, as \`${engine.tool()} ps\` shows it.`,
    });
  }
  return { ...attached, name: container, target: { container, call, tool: engine.tool }, env: toolEnvironment(env) };
}

function checkedPid(pid: number): number {
  if (Number.isSafeInteger(pid) && pid > 0) return pid;
  throw new OffshootError("USAGE", "--pid is not a process id.", { remedy: "Write a number such as 4711." });
}

function checkedPattern(text: string): RegExp {
  try {
    if (text !== "") return pgrepPattern(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw new OffshootError("USAGE", `${JSON.stringify(text)} is not a valid pattern for --match.`, {
    remedy: "Write an extended regular expression for the command line, such as 'python worker[.]py'.",
  });
}
