import { CommanderError } from "commander";
import { EXIT } from "../errors.ts";
import { explain } from "./explain.ts";
import { type Invocation, invocationOf } from "./invocation.ts";
import { menu } from "./menu.ts";

/** What the CLI needs of a process; tests hand in their own. */
export type Host = Pick<NodeJS.Process, "argv" | "env" | "stdout" | "stderr" | "stdin" | "cwd" | "on" | "exit"> & {
  exitCode?: number | string | null | undefined;
};

/** The program: the only place that catches, prints errors and sets the exit status. */
export async function main(host: Host): Promise<void> {
  const invoked: Invocation[] = [];
  const program = menu((globals) => {
    const invocation = invocationOf(host, globals);
    invoked.push(invocation);
    return invocation;
  });
  program.configureOutput({ writeOut: (text) => host.stdout.write(text), writeErr: (text) => host.stderr.write(text) });
  try {
    await program.parseAsync(host.argv);
    host.exitCode = invoked[0]?.exitCode ?? EXIT.done;
  } catch (thrown) {
    invoked[0]?.progress.close();
    // Commander has printed its own usage errors already; help and version come here with exit code 0.
    if (thrown instanceof CommanderError) host.exitCode = thrown.exitCode === 0 ? EXIT.done : EXIT.usage;
    else host.exitCode = explain(thrown, host, invoked[0]);
  } finally {
    invoked[0]?.close();
  }
}
