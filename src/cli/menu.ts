import { FORMATS } from "../repair/formats/names.ts";
import { Command } from "commander";
import { VERSION } from "../version.ts";
import { addChecks } from "./menu-checks.ts";
import {
  collect,
  commas,
  CONFIG,
  FAIL_ON,
  FORCE,
  helpStyle,
  REHEARSE,
  REPORT,
  SET,
  SOURCES,
  type Flags,
  type Load,
  URL,
  withArgument,
  withCommon,
  withOutput,
} from "./menu-flags.ts";
import type { Globals, Invocation } from "./invocation.ts";

/** Starts a command. `title` is its heading on the page of the CI run. */
type Begin = (globals: Globals, title: string) => Promise<Invocation>;

/**
 * All commands. The code of a command is loaded when it is called, so `--help` loads only commander. `words`: the words of the
 * command line. If they begin with a command, only that one gets its flags, because making all of them takes a tenth of the time
 * that Node needs to start. Default: all commands have their flags. `columns`: the width of the help.
 */
export function menu(begin: Begin, words: readonly string[] = [], columns?: number): Command {
  const waiting: { readonly names: string[]; readonly finish: () => void }[] = [];
  const program = new Command("offshoot")
    .description("Gives every CI run its own migrated and audited Postgres database, and deletes it afterwards.")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .configureHelp(helpStyle(columns))
    .showHelpAfterError("(see offshoot --help)")
    // `passThroughOptions` needs it.
    .enablePositionalOptions()
    .exitOverride();

  add("run", "create the database, migrate and audit it, run a command with its URLs, delete it", () => import("./commands/run.ts"))
    .argument("[command...]", "the command to run, after --")
    .option("--keep", "keep the database, and print how to connect to it and how to delete it")
    .option("--keep-on-failure", "keep the database if the command or the migrations fail")
    .option(...REHEARSE)
    .option("--timings", "print each phase with its share of the time at the end, as in a CI");

  add("up", "create this run's database, or use the one that exists, and wait until it answers", () => import("./commands/up.ts"))
    .alias("create")
    .option("--migrate", "also run the migrations")
    .option(...REHEARSE)
    .option("--outputs", "pass facts about the database to later jobs as outputs of the CI service; no secrets");

  add("migrate", "run the migrations, or wait while another job runs them", () => import("./commands/migrate.ts"))
    .argument("[command...]", "the migration command, after --; default: the setting migrations.command")
    .option("--retry", "run the migrations again after they failed")
    .option(...REHEARSE)
    .option(...URL);

  add("wait", "wait until another job has run the migrations", () => import("./commands/wait.ts"))
    .argument("[command...]", "the migration command of the other job, after --; it is not run here")
    .option(...URL);

  add("audit", "check the schema of the database against a spec and the built-in rules", () => import("./commands/audit.ts"))
    .argument("[spec]", "the spec file; default: the setting audit.spec")
    .option(...REPORT)
    .option("--fail-on <severity>", "lowest severity that fails: error, warning or info; default: the setting audit.failOn")
    .option("--write", "write a new spec from this database; do not audit")
    .option("--update", "update the spec with the changes of the database; do not audit")
    .option("--baseline", "accept the findings of today, so that only new ones are reported; do not audit")
    .option("--reason <text>", "with --baseline: why the findings are accepted; an existing baseline accepts new ones only with it")
    .option("--configure", "with --write or --baseline: add the file to offshoot.yaml")
    .option(...URL);

  add("drift", "compare the schema of the migrations with a branch, or any two schemas", () => import("./commands/drift.ts"))
    .option("--expected <source>", `the expected schema: ${SOURCES}`, "migrations")
    .option("--actual <source>", "the actual schema, in the same forms", "parent")
    .option(...REPORT)
    .option(...FAIL_ON)
    .option("--ignore <names>", "also ignore these differences, such as comments,grants; or all", commas)
    .option("--repair [file]", "write SQL that removes the differences, tested on a copy; - for stdout")
    .option("--format <tool>", `write the repair as the next migration of a tool: ${FORMATS.join(", ")}`)
    .option("--allow-destructive", "do not comment out SQL that deletes data")
    .option("--compare <names>", "also compare what is ignored by default, such as columnOrder,owners; or all", commas);

  add(
    "rollback-check",
    "test that each migration can be reverted, on scratch databases",
    () => import("./commands/rollback-check.ts"),
  ).option("--last <n>", "test only the newest n migrations");

  add("rehearse", "run the pending migrations on a copy of production, and measure what they block", () => import("./commands/rehearse.ts"))
    .argument("[command...]", "the migration command, after --; default: the setting migrations.command")
    .option("--from <url>", "rehearse on a dump of this server: a Postgres URL, or the name of a variable with one")
    .option(
      "--outbound <mode>",
      "what to do when the copy can reach other systems: refuse, disable or allow; default: the setting rehearse.outbound",
    )
    .option("--no-alternatives", "do not rehearse the safer way of a finding")
    .option("--traffic <file>", "run these statements beside the migrations, and measure how long they wait")
    .option("--propose-traffic <file>", "write such a file from the server's pg_stat_statements, without values; do not rehearse")
    .option("--literals", "show statements with their literals, and the output of the command")
    .option(...REPORT)
    .option(...FAIL_ON);

  add("diff", "show what the migrations change in the schema: added, changed and removed objects", () => import("./commands/diff.ts"))
    .argument("[command...]", "the migration command, after --; default: the setting migrations.command")
    .option("--before <source>", "the schema before, in the forms of drift; default: production, or what the main branch migrates to")
    .option("--after <source>", "the schema after, in the same forms; default: with the pending migrations")
    .option("--from <url>", "run the pending migrations on a dump of this server: a URL, or the name of a variable with one")
    .option(
      "--outbound <mode>",
      "what to do when the copy can reach other systems: refuse, disable or allow; default: the setting rehearse.outbound",
    )
    .option("--report <format[=file]>", "write a report: text, json or markdown; repeatable", collect, [] as readonly string[])
    .option("--ignore <names>", "ignore these differences, such as comments,grants; or all", commas)
    .option("--compare <names>", "also compare what is ignored by default, such as columnOrder; or all", commas);

  add("env", "print this run's URLs for a shell, a dotenv file or JSON", () => import("./commands/env.ts"))
    .option("--format <format>", "shell, dotenv, json, the name of a CI service, or ci for the service of this job", "shell")
    .option("--write <file>", "write them into a dotenv file that git ignores; its other lines are kept");
  add("url", "print the URL of this run's database, with its password", () => import("./commands/url.ts")).option(
    "--unpooled",
    "the URL for migrations, without a pooler",
  );
  add("psql", "open a session of this run's database", () => import("./commands/psql.ts")).argument(
    "[args...]",
    "arguments of psql, after --",
  );
  add("open", "open the page of this run's branch in Neon's console, or print its address", () => import("./commands/open.ts"));

  add("clone", "create a clone of this run's migrated database, and print its URL", () => import("./commands/clone.ts"))
    .argument("[name]", "the name of the clone; one that exists is used again; default: a random name")
    .option("--list", "list the clones of this run")
    .option("--delete", "delete the clone")
    .option("--force", "with --delete: also while a process of offshoot uses or migrates the clone");

  add("extend", "keep this run's database for at least --ttl, counted from now", () => import("./commands/extend.ts"));

  add("reset", "put this run's database back to what it started from, under the same URL", () => import("./commands/reset.ts"))
    .option("--no-migrate", "do not run the migrations afterwards")
    .option(...FORCE);

  add("snapshot", "store the state of this run's database under a name", () => import("./commands/snapshot.ts"))
    .argument("[name]", "the name: letters from a to z, digits and hyphens")
    .option("--list", "list the snapshots of this run")
    .option("--delete", "delete the snapshot")
    .option("--replace", "replace the snapshot that has this name")
    .option(...FORCE);

  add("restore", "put this run's database back to a snapshot, under the same URL", () => import("./commands/restore.ts"))
    .argument("<name>", "the name of the snapshot")
    .option(...FORCE);

  add("down", "delete this run's database", () => import("./commands/down.ts"))
    .alias("delete")
    .option(...FORCE);

  add("sweep", "list the databases of this repository that are no longer needed; --yes deletes them", () => import("./commands/sweep.ts"))
    .option("--yes", "delete the listed databases")
    .option("--all-repositories", "also include databases of other repositories")
    .option("--older-than <duration>", "also include databases that are older than this, such as 12h")
    .option("--idle <duration>", "exclude databases that were used within this time", "15m")
    .option("--also", "also include branches of other tools, by the rules of the setting sweep.also")
    .option("--plan <file>", "write the plan to this file, and delete nothing")
    .option("--apply <file>", "delete what both this plan and a new one contain");

  add("list", "list the databases that exist, with run and expiry time", () => import("./commands/list.ts")).option(
    "--all",
    "also list the bases that local servers keep",
  );

  add("status", "show this run's database, its migrations and the jobs that wait for them", () => import("./commands/status.ts")).option(
    "--watch",
    "show it again every second until the migrations have ended",
  );

  add(
    "doctor",
    "check the providers, and show what `up` would do, the migration tool, and the source of each setting",
    () => import("./commands/doctor.ts"),
  )
    .option("--offline", "make no calls: show only what the settings and the files of this machine say")
    .option("--all", "also show the settings that have their defaults");

  add("init", "write offshoot.yaml and a CI pipeline for this repository", () => import("./commands/init.ts"))
    .option("--hooks", "write a git hook and a line for direnv instead; they only print and read, and start nothing of the checkout")
    .option("--service <name>", "github, gitlab, circleci, buildkite, azure, bitbucket, jenkins or none; default: detected")
    .option("--dry-run", "show the files, and write nothing");

  program
    .command("completion")
    .description("print a script that completes commands and flags in bash, zsh or fish")
    .argument("<shell>", "bash, zsh or fish")
    .showHelpAfterError("(see offshoot completion --help)")
    .action(async (shell: string) => {
      const invocation = await begin({ ...program.opts(), progress: false }, "offshoot completion");
      const { completionScript } = await import("./completion.ts");
      invocation.write(completionScript(program, shell));
    });

  const checks = program
    .command("check")
    .description("check a metrics endpoint, a worker or workflow files")
    .enablePositionalOptions()
    .showHelpAfterError("(see offshoot check --help)");
  addChecks(addCheck);

  const called = waiting.filter(({ names }) => names.some((name) => name === words[0] || name === `${words[0]} ${words[1]}`));
  for (const { finish } of called.length > 0 ? called : waiting) finish();
  return program;

  function add(name: string, description: string, load: Load): Flags {
    return later(name, program.command(name).description(description), (command) => withAction(withCommon(command), name, load));
  }

  /** Finishes a command when all are known, and then adds its own arguments and flags. */
  function later(name: string, command: Command, finish: (command: Command) => void): Flags {
    const own: (() => void)[] = [];
    const names = [name];
    waiting.push({ names, finish: () => [() => finish(command), ...own].forEach((each) => each()) });
    const flags: Flags = {
      // Commander must know it before it reads the command line.
      alias: (other) => (names.push(other), command.alias(other), flags),
      argument: (...given) => (own.push(() => withArgument(command, ...given)), flags),
      option: (...given: readonly unknown[]) => (own.push(() => command.option(...(given as Parameters<Command["option"]>))), flags),
    };
    return flags;
  }

  /** The checks use no database, so they lack the flags for one. A check of an endpoint has no setting. */
  function addCheck(name: string, description: string, load: Load): Flags {
    return later(`check ${name}`, checks.command(name).description(description), (command) => {
      command.option(...REPORT).option(...FAIL_ON);
      const configured = name === "metrics" ? command : command.option(...CONFIG).option(...SET);
      withAction(withOutput(configured), `check ${name}`, load);
    });
  }

  function withAction(command: Command, name: string, load: Load): void {
    command.showHelpAfterError(`(see offshoot ${name} --help)`).action(async () => {
      const invocation = await begin(command.optsWithGlobals(), `offshoot ${name}`);
      await (await load()).execute(invocation, command.opts(), command.args);
    });
  }
}
