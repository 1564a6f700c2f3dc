import { resolve } from "node:path";
import { withoutOwnSecrets } from "../own-secrets.ts";
import { runProgram } from "../process/run-program.ts";
import type { Write } from "./write.ts";
import type { Env } from "../environment.ts";
import { OffshootError } from "../errors.ts";
import { writeFailure, writeText } from "../write-file.ts";

/** Where outputs are written. */
export interface PublishTarget {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  /** The folder for relative paths. */
  readonly cwd: string;
  /** The environment for programs of the CI service. */
  readonly env: Env;
  /** Milliseconds for one program of the CI service; default 30,000. */
  readonly programMs?: number;
}

/** A program of the service talks to the agent on this machine. One that hangs must not hold up the job. */
const PROGRAM_MS = 30_000;

/**
 * Writes the outputs that a CI service described, in order. If a program of the service is missing or fails, a warning is
 * printed on stderr and the rest is written: a missing annotation must not fail the job. Throws `OUTPUT_LOST` when a file cannot
 * be written: a later step would work without its values.
 */
export async function publish(writes: readonly Write[], target: PublishTarget): Promise<void> {
  for (const write of writes) {
    switch (write.to) {
      case "stdout":
      case "stderr":
        target[write.to].write(write.text);
        break;
      case "file":
        await writeText(resolve(target.cwd, write.path), write.text, "a").catch((thrown: unknown) => {
          throw outputLost(write.path, thrown);
        });
        break;
      case "program": {
        const failure = await runServiceProgram(write.argv, write.input, target);
        if (failure !== undefined) target.stderr.write(`warning  ${write.argv.slice(0, 3).join(" ")} failed: ${failure}\n`);
        break;
      }
    }
  }
}

function outputLost(path: string, thrown: unknown): OffshootError {
  return new OffshootError("OUTPUT_LOST", `Could not write the file ${path}: ${writeFailure(thrown)}.`, {
    meaning: "A summary or an output of this command is missing.",
    remedy: "Correct the path after --summary, or the variable of the CI service that names the file. Then run the command again.",
    facts: { file: path },
  });
}

/**
 * Runs a program with an input. Returns the reason if it failed, or undefined. Its output is dropped, because it can
 * contain the input, which can be secret.
 */
async function runServiceProgram(command: readonly string[], input: string, target: PublishTarget): Promise<string | undefined> {
  const { cwd, env, programMs = PROGRAM_MS } = target;
  const signal = AbortSignal.timeout(programMs);
  const { failure } = await runProgram(command, { cwd, env: withoutOwnSecrets(env), input, signal });
  if (failure === undefined) return undefined;
  if (signal.aborted) return `it did not end within ${programMs / 1000} s`;
  return typeof failure.code === "number" ? `exit status ${failure.code}` : String(failure.code ?? failure.signal);
}
