import { type Command, Help, Option } from "commander";
import type { Execute } from "./invocation.ts";

/** The flags of the commands that use a database. */
export function withCommon(command: Command): Command {
  const common = command
    .option(...CONFIG)
    .option("--run <name>", "name of this run; default: from the CI, or from the person, the checkout and the git branch")
    .addOption(new Option("--name <name>").hideHelp())
    .option("--provider <name>", "auto, neon, docker, embedded or existing, or a list such as neon,docker")
    .option("--ttl <duration>", "time until the database expires, such as 90m, 2h or 3d")
    .option("--postgres <major>", "major version of Postgres")
    .option(...SET);
  return withOutput(common);
}

/** The flags of all commands. */
export function withOutput(command: Command): Command {
  return command
    .allowExcessArguments(false)
    .option("--json", "print the result as JSON on stdout")
    .option("--summary <file>", "append a summary to a file, as Markdown")
    .option("-q, --quiet", "print no progress on stderr")
    .option("--verbose", "also print how offshoot works inside, and the output of the migrations (rehearse: only with --literals)")
    .option("--no-progress", "print lines that do not change, also on a terminal");
}

/** For commands that can use another database than the run's own. */
export const URL = ["--url <url>", "use this database instead of the run's: a Postgres URL, or the name of a variable with one"] as const;

/** For the commands that replace the contents of a database. */
export const FORCE = ["--force [owner]", "also while other processes use it; with a name, also the database of that person"] as const;

export const SOURCES =
  "migrations, parent, run, branch:NAME, branch:NAME@TIME, branch:NAME@LSN, a spec file, a Postgres URL or the name of a variable with one";

/** For the commands with findings. */
export const REPORT = [
  "--report <format[=file]>",
  "write a report: text, json, markdown, junit, sarif or code-quality; repeatable",
  collect,
  [] as readonly string[],
] as const;
export const CONFIG = ["-c, --config <file>", "configuration file; default: offshoot.yaml in this folder or a parent folder"] as const;
export const SET = [
  "--set <key=value>",
  "any other setting, such as neon.parent=main; repeatable",
  collect,
  [] as readonly string[],
] as const;
export const FAIL_ON = ["--fail-on <severity>", "lowest severity that fails: error, warning or info", "error"] as const;

export function commas(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, ...value.split(",").map((name) => name.trim())];
}

export function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}

/** For the commands that run the migrations. */
export const REHEARSE = ["--rehearse", "rehearse the migrations first, and do not run them if a limit is exceeded"] as const;

/** The arguments and flags that only one command has. */
export interface Flags {
  alias(name: string): Flags;
  argument(flags: string, description: string): Flags;
  option(flags: string, description: string, initial?: string): Flags;
  option<T>(flags: string, description: string, read: (value: string, earlier: T) => T, initial?: T): Flags;
}

/** Loads the code of a command. */
export type Load = () => Promise<{ readonly execute: Execute }>;

/** The flags after the first word of another command are that command's own, also without `--`. */
export function withArgument(command: Command, name: string, description: string): void {
  command.argument(name, description);
  if (name === "[command...]" || name === "[args...]") command.passThroughOptions();
}

/** The help has this width where it is not a terminal, and at most. In a narrow terminal its second column would have one word a line. */
const MOST_COLUMNS = 100;
const LEAST_COLUMNS = 60;

export function helpStyle(columns = MOST_COLUMNS): Partial<Help> {
  return {
    minWidthToWrap: 20,
    helpWidth: Math.max(LEAST_COLUMNS, Math.min(MOST_COLUMNS, columns)),
    // A list that is empty by default says nothing.
    optionDescription: (option) => new Help().optionDescription(option).replace(/ \(default: \[\]\)$/, ""),
  };
}
