import { type Command, CommanderError } from "commander";
import type { Host } from "./host.ts";
import type { Invocation } from "./invocation.ts";
import { widthOf } from "./fold.ts";
import { menu } from "./menu.ts";
import { type Output, watchOutput } from "./output.ts";

/** Exit status of an error that commander has found and printed. Equal to `EXIT.usage`; importing that would slow `--help` down. */
const USAGE = 2;

/** Where to begin, for somebody who types only the name of the program. */
const WELCOME = `Run a command with its own migrated Postgres, deleted afterwards:  npx offshoot run -- npm test
Write a configuration and a CI pipeline for this repository:       npx offshoot init
All commands: npx offshoot --help. What this machine lacks:         npx offshoot doctor
`;

/** Runs the CLI. Only this function catches errors, prints them and sets the exit status. */
export async function main(host: Host): Promise<void> {
  const output = watchOutput(host);
  let invocation: Invocation | undefined;
  const program = menu(
    async (globals, title) => {
      const { invocationOf } = await import("./invocation.ts");
      const { drawingOn } = await import("./terminal/open.ts");
      return (invocation = invocationOf(host, output, globals, title, await drawingOn(host, globals, title)));
    },
    host.argv.slice(2),
    widthOf(host.stdout),
  );
  const complaints: string[] = [];
  printTo(host, program, complaints);
  if (host.argv.length <= 2) {
    host.stdout.write(WELCOME);
    return;
  }
  try {
    await program.parseAsync(withoutHelpFor(host.argv, program));
    host.exitCode = invocation?.exitCode ?? 0;
    await invocation?.publish(undefined);
    await requireWritten(host, output);
  } catch (thrown) {
    invocation?.progress.close();
    // For `--help` and `--version`, commander throws an error with exit code 0.
    if (thrown instanceof CommanderError) {
      host.exitCode = thrown.exitCode === 0 ? 0 : USAGE;
      if (complaints.length > 0) await complain(host, complaints);
    } else {
      host.exitCode = (await import("./explain.ts")).explain(thrown, host, invocation);
      await invocation?.publish(thrown);
    }
  } finally {
    invocation?.close();
  }
}

/** `help` and a word that is not a command: called without `help`, it gets an error with the nearest command. */
function withoutHelpFor(argv: readonly string[], program: Command): readonly string[] {
  const [, , help, word] = argv;
  const isCommand = program.commands.some((each) => each.name() === word || each.aliases().includes(word ?? ""));
  return help !== "help" || word === undefined || word.startsWith("-") || word === "help" || isCommand ? argv : argv.toSpliced(2, 1);
}

/** Commander would print to the real process, and a subcommand does not inherit this setting once it was added. */
function printTo(host: Host, command: Command, complaints: string[]): void {
  command.configureOutput({ writeOut: (text) => host.stdout.write(text), writeErr: (text) => void complaints.push(text) });
  for (const subcommand of command.commands) printTo(host, subcommand, complaints);
}

/** Prints the error of commander. It repeats what was typed, and that can be a secret in the place of a command. */
async function complain(host: Host, complaints: readonly string[]): Promise<void> {
  const { jobOf } = await import("./job.ts");
  host.stderr.write(jobOf(host).clean(complaints.join("")));
}

/** A result that was not written completely is a failure, also of a command that succeeded. */
async function requireWritten(host: Host, output: Output): Promise<void> {
  // The stream reports a failed write after the write was called.
  await new Promise((resolve) => setImmediate(resolve));
  const reason = output.lost();
  if (reason === undefined || output.closed.aborted || host.exitCode !== 0) return;
  const { OffshootError } = await import("../errors.ts");
  throw new OffshootError("OUTPUT_LOST", `The result was not written completely: ${reason}.`, {
    remedy: "Free some disk space or write to another file, and run the command again.",
  });
}
