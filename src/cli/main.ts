import { type Command, CommanderError } from "commander";
import type { Host } from "./host.ts";
import type { Invocation } from "./invocation.ts";
import { menu } from "./menu.ts";

/** Exit status of an error that commander has found and printed. Equal to `EXIT.usage`; importing that would slow `--help` down. */
const USAGE = 2;

/** Runs the CLI. Only this function catches errors, prints them and sets the exit status. */
export async function main(host: Host): Promise<void> {
  let invocation: Invocation | undefined;
  const program = menu(async (globals, title) => {
    const { invocationOf } = await import("./invocation.ts");
    return (invocation = invocationOf(host, globals, title));
  });
  printTo(host, program);
  try {
    await program.parseAsync(host.argv);
    host.exitCode = invocation?.exitCode ?? 0;
    await invocation?.publish(undefined);
  } catch (thrown) {
    invocation?.progress.close();
    // For `--help` and `--version`, commander throws an error with exit code 0.
    if (thrown instanceof CommanderError) host.exitCode = thrown.exitCode === 0 ? 0 : USAGE;
    else {
      host.exitCode = (await import("./explain.ts")).explain(thrown, host, invocation);
      await invocation?.publish(thrown);
    }
  } finally {
    invocation?.close();
  }
}

/** Commander would print to the real process, and a subcommand does not inherit this setting once it was added. */
function printTo(host: Host, command: Command): void {
  command.configureOutput({ writeOut: (text) => host.stdout.write(text), writeErr: (text) => host.stderr.write(text) });
  for (const subcommand of command.commands) printTo(host, subcommand);
}
