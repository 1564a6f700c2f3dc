import type { Env } from "../../environment.ts";
import { OffshootError } from "../../errors.ts";
import { readFailure } from "../../read-file.ts";
import { type ProcessTarget, watchedProcesses } from "./attached.ts";
import { type ContainerOptions, watchedContainer } from "./container.ts";
import { type FollowedFile, followFile } from "./follow-file.ts";
import type { Observed } from "./judge.ts";
import { logReader } from "./log.ts";
import type { Requirements } from "./requirements.ts";
import { observe, type Watched } from "./observe.ts";
import { watchStarted } from "./started.ts";

/** The worker: a command that is started, or one that runs already. */
export type WorkerTarget =
  | { readonly argv: readonly string[] }
  | ProcessTarget
  | Pick<ContainerOptions, "container" | "call" | "tool">
  /** Only its log file is known. */
  | { readonly logFile: string };

export interface WatchOptions {
  readonly target: WorkerTarget;
  readonly requirements: Requirements;
  /** The file to which it writes its log, beside its output. */
  readonly logFile?: string | undefined;
  readonly cwd: string;
  readonly env: Env;
  readonly signal: AbortSignal;
  /** Called with the worker's output as it arrives. */
  readonly output: (stream: "stdout" | "stderr", chunk: Uint8Array) => void;
}

const POLL_MS = 100;

/**
 * Watches a worker until it meets the requirements or the time is over. A worker that was started here is then stopped with all
 * processes that it started; another one is left alone. Rejects with the reason when the worker cannot be started.
 */
export async function watchWorker(options: WatchOptions): Promise<Observed> {
  const { target, requirements, logFile, cwd, env, signal, output } = options;
  const reader = logReader(requirements);
  const file = logFile === undefined ? undefined : followFile(logFile, (text, at) => reader.add("file", text, at));
  let isThere = false;
  const withFile = (worker: Watched): Watched => ({
    ...worker,
    async look() {
      if (file !== undefined) isThere = await pollFile(file, logFile ?? "");
      return worker.look();
    },
  });
  const observed = (worker: Watched): ReturnType<typeof observe> => observe({ worker, reader, requirements, signal, pollMs: POLL_MS });
  try {
    if ("argv" in target) return await watchStarted({ requirements, reader, argv: target.argv, cwd, env, signal, output, withFile });
    if ("container" in target) {
      const container = watchedContainer({ ...target, cwd, env, reader, output });
      try {
        return { ...(await observed(container)), buffered: container.buffered() };
      } finally {
        await container.close();
      }
    }
    return await observed("logFile" in target ? withFile(onlyLog(target.logFile, () => isThere)) : withFile(watchedProcesses(target, env)));
  } finally {
    await file?.close();
  }
}

/** The worker whose log is all that is known of it. */
function onlyLog(path: string, isThere: () => boolean): Watched {
  return {
    look: () => Promise.resolve(isThere() ? { state: "running" } : { state: "absent", why: `the file ${path} does not exist` }),
    restarts: () => undefined,
  };
}

async function pollFile(file: FollowedFile, path: string): Promise<boolean> {
  return file.poll().catch((thrown: unknown) => {
    throw new OffshootError("USAGE", `Could not read the log ${path}: ${readFailure(thrown)}.`, {
      remedy: "Correct the path after --log, or give this user permission to read the file.",
    });
  });
}
