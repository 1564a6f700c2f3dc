import { setTimeout as pause } from "node:timers/promises";
import type { Env } from "../../environment.ts";
import { type Child, startChild } from "../../process/child.ts";
import type { LogReader } from "./log.ts";
import type { Look, Watched } from "./observe.ts";

/** The answer of the container tool. */
export interface ToolAnswer {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ContainerOptions {
  /** Name or id. */
  readonly container: string;
  /** Runs the container tool with these arguments and returns its answer. */
  readonly call: (args: readonly string[]) => Promise<ToolAnswer>;
  /** The name of the tool, to follow the log. */
  readonly tool: () => string;
  readonly cwd: string;
  readonly env: Env;
  readonly reader: LogReader;
  readonly output: (stream: "stdout" | "stderr", chunk: Uint8Array) => void;
}

export interface WatchedContainer extends Watched {
  /** Why the output of the container may be buffered. */
  buffered(): string | undefined;
  close(): Promise<void>;
}

/** What is read of a container: one line of JSON for each part. */
const FORMAT =
  "{{json .State}}\n{{json .RestartCount}}\n{{json .Config.Env}}\n{{json .Config.Cmd}}\n{{json .Config.Entrypoint}}\n{{json .Id}}";

interface Shown {
  readonly Status?: string;
  readonly ExitCode?: number;
  readonly OOMKilled?: boolean;
  readonly StartedAt?: string;
}

/** Watches a container: its state, how often its engine restarted it, and its log. It is not stopped. */
export function watchedContainer(options: ContainerOptions): WatchedContainer {
  const { container, call } = options;
  const starts = new Set<string>();
  const follower = logFollower(options);
  let restarts = 0;
  let python: string | undefined;
  return {
    async look(): Promise<Look> {
      const { ok, stdout, stderr } = await call(["container", "inspect", "--format", FORMAT, container]);
      if (!ok) return { state: "absent", why: stderr === "ENOENT" ? "neither docker nor podman is installed" : oneLine(stderr) };
      const [state, count, env, command, entrypoint, id] = stdout.trim().split("\n").map(json) as [Shown | undefined, ...unknown[]];
      starts.add(`${String(id)} ${state?.StartedAt ?? ""}`);
      restarts = Math.max(Number(count) || 0, starts.size - 1);
      python = bufferedPython(env, [entrypoint, command].flat());
      await follower.follow();
      if (state?.Status === "running") return { state: "running" };
      if (state?.Status === "restarting" || state?.Status === "created")
        return { state: "absent", why: `the container is ${state?.Status}` };
      // The tool ends by itself when it has passed on the last lines.
      await follower.finished();
      const memory = state?.OOMKilled === true ? ", because it used too much memory" : "";
      return { state: "ended", how: `status ${state?.ExitCode ?? "unknown"}${memory} (the container is ${state?.Status ?? "unknown"})` };
    },
    restarts: () => (restarts === 0 ? undefined : { program: `container ${container}`, times: restarts }),
    buffered: () => python,
    close: () => follower.close(),
  };
}

function json(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

function oneLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

function bufferedPython(env: unknown, command: readonly unknown[]): string | undefined {
  const words = command.filter((word) => typeof word === "string");
  const set = Array.isArray(env) && env.some((each) => typeof each === "string" && /^PYTHONUNBUFFERED=./.test(each));
  const isPython = words.some((word) => /\bpython[\d.]*\b/.test(word)) && !words.some((word) => /^-\w*u\w*$/.test(word));
  return isPython && !set ? "Python buffers its output in the container" : undefined;
}

interface LogFollower {
  /** Starts to follow, unless it does. */
  follow(): Promise<void>;
  /** Waits for the last lines of a container that has ended. */
  finished(): Promise<void>;
  close(): Promise<void>;
}

const LAST_LINES_MS = 3000;

/** Lines of the log that exist already and are read. */
const MOST_LINES = 10_000;

/** Follows the log of a container. The tool ends when the container does, and is started again from the last line. */
function logFollower({ container, tool, cwd, env, reader, output }: ContainerOptions): LogFollower {
  let child: Child | undefined;
  const last = { stdout: "", stderr: "" };
  const rest = { stdout: "", stderr: "" };
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  const take = (stream: "stdout" | "stderr", chunk: Uint8Array): void => {
    const pieces = (rest[stream] + decoders[stream].decode(chunk, { stream: true })).split("\n");
    rest[stream] = (pieces.pop() ?? "").slice(-MOST_PIECE);
    for (const piece of pieces) {
      const [, time = "", text = ""] = /^(\S+) ?([^]*)$/.exec(piece) ?? [];
      const at = Date.parse(time);
      // A message of the tool itself has no time. `--since` includes the last line.
      if (Number.isNaN(at) || time <= last[stream]) continue;
      last[stream] = time;
      output(stream, Buffer.from(`${text}\n`));
      reader.add(stream, `${text}\n`, at);
    }
  };
  const stop = async (): Promise<void> => {
    child?.signal("SIGTERM");
    await child?.ended.catch(() => {});
  };
  return {
    async follow() {
      if (child !== undefined) return;
      const [from] = [last.stdout, last.stderr].filter((time) => time !== "").toSorted();
      const since = from === undefined ? ["--tail", String(MOST_LINES)] : ["--since", from];
      const started = startChild([tool(), "logs", "--follow", "--timestamps", ...since, container], {
        cwd,
        env,
        output: take,
        group: false,
      });
      child = started;
      void started.ended.catch(() => {}).then(() => (child = undefined));
      await started.started.catch(() => {});
    },
    finished: async () => void (await Promise.race([child?.ended.catch(() => {}), pause(LAST_LINES_MS, undefined, { ref: false })])),
    close: stop,
  };
}

/** The longest part of a line that is kept. */
const MOST_PIECE = 64 * 1024;
