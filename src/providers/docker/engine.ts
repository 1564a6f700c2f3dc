import { deadline, type Deadline } from "../../deadline.ts";
import type { Env } from "../../environment.ts";
import { messageOf } from "../../errors.ts";
import { type ProgramResult, runProgram, TOO_MUCH } from "../../process/run-program.ts";

/** The result of a call of the container tool. */
export interface Outcome {
  readonly ok: boolean;
  readonly stdout: string;
  /** The tool's error output. `ENOENT` when the tool is not installed. */
  readonly stderr: string;
  /** The answer was larger than the limit, and is not complete. */
  readonly isTooLarge?: boolean;
}

export interface CallOptions {
  readonly within: Deadline;
  /** Further environment variables. A secret belongs here and not in the arguments, which every user can read. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Milliseconds to wait for an answer of the engine; default 60,000. */
  readonly answerMs?: number;
}

/** A container engine, used through its command-line tool, so that the user's contexts, logins and remote hosts apply. */
export interface Engine {
  call(args: readonly string[], options: CallOptions): Promise<Outcome>;
  /** The name of its program, for commands that messages advise: `docker` until a call has shown that only `podman` is installed. */
  readonly tool: () => string;
}

/**
 * How long the engine may take for its first answer, in milliseconds. An address where nothing answers, such as a wrong
 * DOCKER_HOST, must not let a job wait: another provider is used then.
 */
export const FIRST_ANSWER_MS = 5000;

/** The error output of a call that the engine did not answer in time. */
export const NO_ANSWER = "no answer from the engine";

/** The tool is `docker`, or `podman` when `docker` is not installed. Both take the same commands. */
export function containerEngine(env: Env): Engine {
  let tool = "docker";
  return {
    tool: () => tool,
    async call(args, options) {
      const first = await invoke(tool, args, env, options);
      if (first.stderr !== "ENOENT" || tool === "podman") return first;
      tool = "podman";
      return invoke(tool, args, env, options);
    },
  };
}

async function invoke(tool: string, args: readonly string[], env: Env, options: CallOptions): Promise<Outcome> {
  const { within, secrets, answerMs = 60_000 } = options;
  within.check();
  const answer = deadline(`${tool} ${args[0]}`, Math.min(answerMs, within.leftMs()), within.signal);
  const result = await runProgram([tool, ...args], { env: { ...toolEnvironment(env), ...secrets }, signal: answer.signal });
  const isTooLarge = result.failure?.code === TOO_MUCH;
  const outcome = { ok: result.failure === undefined, stdout: result.stdout, stderr: errorTextOf(result), isTooLarge };
  within.check();
  return answer.signal.aborted && !outcome.ok ? { ...outcome, stderr: NO_ANSWER } : outcome;
}

function errorTextOf({ failure, stderr }: ProgramResult): string {
  if (failure === undefined) return stderr;
  if (failure.code === "ENOENT") return "ENOENT";
  return (typeof failure.code === "string" ? "" : stderr.trim()) || messageOf(failure);
}

const KEPT =
  /^(PATH|Path|HOME|USER|USERPROFILE|SystemRoot|TEMP|TMPDIR|XDG_\w+|DOCKER_\w+|CONTAINERS?_\w+|SSH_AUTH_SOCK|(https?|no)_proxy)$/i;

/** The environment that the tool needs to find its engine. Nothing else is passed on, so that the idle reaper keeps no secret of a CI job. */
export function toolEnvironment(env: Env): Record<string, string> {
  const kept = Object.entries(env).flatMap(([name, value]) => (value !== undefined && KEPT.test(name) ? [[name, value] as const] : []));
  return { ...Object.fromEntries(kept), LC_ALL: "C" };
}
