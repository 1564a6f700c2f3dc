import { Command, type OptionValues } from "commander";
import type { Globals, Invocation } from "./invocation.ts";

type Begin = (globals: Globals) => Invocation;

/** Every command with its flags. Their code is loaded only when they are called: help loads commander alone. */
export function menu(begin: Begin): Command {
  const program = new Command("offshoot")
    .description("A fresh, migrated, audited Postgres for every CI run, and nothing left behind.")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .showHelpAfterError("(offshoot --help tells more)")
    .exitOverride();

  add("run", "up, migrate, audit, the command with the URLs in its environment, down")
    .argument("[command...]", "what to run, after --")
    .option("--keep", "leave the database, and say how to reach and remove it")
    .option("--keep-on-failure", "the same when the command or the migrations fail")
    .action(async (argv: string[], flags: OptionValues, command: Command) =>
      (await import("./commands/run.ts")).run(begin(command.optsWithGlobals()), argv, flags),
    );
  add("up", "create or adopt this run's database, and wait until it answers").action(async (_flags: OptionValues, command: Command) =>
    (await import("./commands/up.ts")).up(begin(command.optsWithGlobals())),
  );
  withUrl(add("migrate", "run the migrations once, or wait for whoever does"))
    .argument("[command...]", "the migration command, after --; default migrations.command")
    .option("--retry", "clear the mark of a failed migration and try again")
    .action(async (argv: string[], flags: OptionValues, command: Command) =>
      (await import("./commands/migrate.ts")).migrate(begin(command.optsWithGlobals()), argv, flags),
    );
  withUrl(add("wait", "wait until another job has migrated, and never migrate"))
    .argument("[command...]", "the migration command that is waited for, after --; it is not run")
    .action(async (argv: string[], flags: OptionValues, command: Command) =>
      (await import("./commands/wait.ts")).wait(begin(command.optsWithGlobals()), argv, flags),
    );
  withUrl(add("audit", "check the live schema against a spec and the built-in checks"))
    .argument("[spec]", "the spec file; default the setting `audit`")
    .option("--write", "make a spec from this database instead")
    .option("--update", "the same over a spec that is there")
    .action(async (spec: string | undefined, flags: OptionValues, command: Command) =>
      (await import("./commands/audit.ts")).audit(begin(command.optsWithGlobals()), spec, flags),
    );
  add("env", "print this run's URLs for a shell, a dotenv file or as JSON")
    .option("--format <format>", "shell, dotenv or json", "shell")
    .action(async (flags: OptionValues, command: Command) =>
      (await import("./commands/env.ts")).env(begin(command.optsWithGlobals()), flags),
    );
  add("down", "remove this run's database").action(async (_flags: OptionValues, command: Command) =>
    (await import("./commands/down.ts")).down(begin(command.optsWithGlobals())),
  );
  add("sweep", "list stale databases of ours and why; --yes deletes them")
    .option("--yes", "delete what the plan names")
    .option("--older-than <duration>", "also what is older, expired or not, such as 12h")
    .option("--idle <duration>", "keep what was used within this time", "15m")
    .action(async (flags: OptionValues, command: Command) =>
      (await import("./commands/sweep.ts")).sweep(begin(command.optsWithGlobals()), flags),
    );
  add("list", "what exists, whose it is and how old")
    .option("--all", "also the templates that local servers keep as a cache")
    .action(async (flags: OptionValues, command: Command) =>
      (await import("./commands/list.ts")).list(begin(command.optsWithGlobals()), flags),
    );
  add("status", "what this run has and what it waits for").action(async (_flags: OptionValues, command: Command) =>
    (await import("./commands/status.ts")).status(begin(command.optsWithGlobals())),
  );
  add("doctor", "what would be chosen and why; every setting with its source").action(async (_flags: OptionValues, command: Command) =>
    (await import("./commands/doctor.ts")).doctor(begin(command.optsWithGlobals())),
  );
  return program;

  function add(name: string, description: string): Command {
    return withCommon(program.command(name).description(description));
  }
}

/** The flags that every command has. */
function withCommon(command: Command): Command {
  return command
    .allowExcessArguments(false)
    .option("-c, --config <file>", "configuration file; default offshoot.yaml, searched upwards")
    .option("--run <name>", "name of this run; default read from the CI")
    .option("--provider <name>", "auto, neon, docker, embedded or existing; or a list such as neon,docker")
    .option("--ttl <duration>", "how long the database may live, such as 90m, 2h or 3d")
    .option("--postgres <major>", "wanted major version of Postgres")
    .option("--set <key=value>", "any other setting, such as neon.parent=main", collect, [])
    .option("--json", "data as JSON on stdout")
    .option("-q, --quiet", "no progress on stderr");
}

function withUrl(command: Command): Command {
  return command.option("--url <url>", "a Postgres URL, or the name of a variable that holds one, instead of the run's database");
}

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}

/** Kept equal to package.json by a test: reading the file would cost every start. */
export const VERSION = "0.1.0";
