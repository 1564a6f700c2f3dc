import { deadline, type Deadline } from "../../deadline.ts";
import type { Env } from "../../environment.ts";
import { messageOf } from "../../errors.ts";
import { type ProgramResult, runProgram } from "../../process/run-program.ts";

/** What a call of the container tool ended with. */
export interface Outcome {
  readonly ok: boolean;
  readonly stdout: string;
  /** What it said instead of doing the work; `ENOENT` where there is no such program. */
  readonly stderr: string;
}

export interface CallOptions {
  readonly within: Deadline;
  /** Variables beside the tool's own. A secret goes here and never into the arguments, which every user can read. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Milliseconds after which an engine that says nothing is given up; default 60,000. */
  readonly patienceMs?: number;
}

/** A container engine, reached over its command line tool, so that contexts, logins and remote hosts hold for us too. */
export interface Engine {
  call(args: readonly string[], options: CallOptions): Promise<Outcome>;
}

/** Said for an engine that took the call and never answered. */
export const NO_ANSWER = "no answer from the engine";

/** The tool is `docker`; where there is no such program, `podman`, which takes the same commands. */
export function containerEngine(env: Env): Engine {
  let tool = "docker";
  return {
    async call(args, options) {
      const first = await invoke(tool, args, env, options);
      if (first.stderr !== "ENOENT" || tool === "podman") return first;
      tool = "podman";
      return invoke(tool, args, env, options);
    },
  };
}

async function invoke(tool: string, args: readonly string[], env: Env, options: CallOptions): Promise<Outcome> {
  const { within, secrets, patienceMs = 60_000 } = options;
  within.check();
  const patience = deadline(`${tool} ${args[0]}`, Math.min(patienceMs, within.leftMs()), within.signal);
  const result = await runProgram([tool, ...args], { env: { ...toolEnvironment(env), ...secrets }, signal: patience.signal });
  const outcome = { ok: result.failure === undefined, stdout: result.stdout, stderr: errorTextOf(result) };
  within.check();
  return patience.signal.aborted && !outcome.ok ? { ...outcome, stderr: NO_ANSWER } : outcome;
}

function errorTextOf({ failure, stderr }: ProgramResult): string {
  if (failure === undefined) return stderr;
  return failure.code === "ENOENT" ? "ENOENT" : stderr.trim() || messageOf(failure);
}

const KEPT =
  /^(PATH|Path|HOME|USER|USERPROFILE|SystemRoot|TEMP|TMPDIR|XDG_\w+|DOCKER_\w+|CONTAINERS?_\w+|SSH_AUTH_SOCK|(https?|no)_proxy)$/i;

/** What the tool needs to find its engine, and nothing else of ours: no key of a CI job reaches a process that stays. */
export function toolEnvironment(env: Env): Record<string, string> {
  const kept = Object.entries(env).flatMap(([name, value]) => (value !== undefined && KEPT.test(name) ? [[name, value] as const] : []));
  return { ...Object.fromEntries(kept), LC_ALL: "C" };
}
