import { codeOf } from "../errors.ts";
import { spawn } from "node:child_process";
import { appendFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Write } from "./write.ts";
import type { Env } from "../environment.ts";

/** Where writes end up. */
export interface PublishTarget {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  /** What relative paths are meant from. */
  readonly cwd: string;
  /** The environment of a service's own programs. */
  readonly env: Env;
}

/**
 * Does what the CI services only describe, in order. A program of the service that is missing or fails is told on
 * stderr and stops nothing: a job must not fail since its page could not be decorated.
 */
export async function publish(writes: readonly Write[], outlet: PublishTarget): Promise<void> {
  for (const write of writes) {
    switch (write.to) {
      case "stdout":
      case "stderr":
        outlet[write.to].write(write.text);
        break;
      case "file":
        await appendFile(resolve(outlet.cwd, write.path), write.text);
        break;
      case "program": {
        const failure = await feed(write.argv, write.input, outlet);
        if (failure !== undefined) outlet.stderr.write(`warning  ${write.argv.slice(0, 3).join(" ")} failed: ${failure}\n`);
        break;
      }
    }
  }
}

/** Runs a program with an input; says why it failed, or undefined. What it prints may hold what it was given, and is dropped. */
function feed([file = "", ...args]: readonly string[], input: string, { cwd, env }: PublishTarget): Promise<string | undefined> {
  return new Promise((done) => {
    const child = spawn(file, args, { cwd, env: { ...env }, stdio: ["pipe", "ignore", "ignore"], windowsHide: true });
    child.once("error", (thrown) => done(codeOf(thrown) ?? "it can't be started"));
    child.once("close", (code) => done(code === 0 ? undefined : `exit status ${code}`));
    // It may end without having read everything: its exit status tells enough.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}
