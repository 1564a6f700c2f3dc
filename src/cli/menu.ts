import { Command } from "commander";
import type { Execute, Globals, Invocation } from "./invocation.ts";

/** `title` is how the command is called on the page of a CI run. */
type Begin = (globals: Globals, title: string) => Promise<Invocation>;

/** Every command with its flags. Their code is loaded only when they are called: help loads commander alone. */
export function menu(begin: Begin): Command {
  const program = new Command("offshoot")
    .description("A fresh, migrated, audited Postgres for every CI run, and nothing left behind.")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .configureHelp({ helpWidth: 100 })
    .showHelpAfterError("(offshoot --help tells more)")
    .exitOverride();

  add("run", "up, migrate, audit, the command with the URLs in its environment, down", () => import("./commands/run.ts"))
    .argument("[command...]", "what to run, after --")
    .option("--keep", "leave the database, and say how to reach and remove it")
    .option("--keep-on-failure", "the same when the command or the migrations fail");

  add("up", "create or adopt this run's database, and wait until it answers", () => import("./commands/up.ts")).option(
    "--outputs",
    "hand what is not secret to later jobs, the CI service's own way",
  );

  add("migrate", "run the migrations once, or wait for whoever does", () => import("./commands/migrate.ts"))
    .argument("[command...]", "the migration command, after --; default migrations.command")
    .option("--retry", "clear the mark of a failed migration and try again")
    .option(...URL);

  add("wait", "wait until another job has migrated, and never migrate", () => import("./commands/wait.ts"))
    .argument("[command...]", "the migration command that is waited for, after --; it is not run")
    .option(...URL);

  add("audit", "check the live schema against a spec and the built-in checks", () => import("./commands/audit.ts"))
    .argument("[spec]", "the spec file; default the setting `audit`")
    .option("--report <format[=file]>", "text, json, markdown, junit, sarif or code-quality; repeatable", collect, [])
    .option("--fail-on <severity>", "error, warning or info; default the setting audit.failOn")
    .option("--write", "make a spec from this database instead")
    .option("--update", "change a spec that is there, and only where the database changed")
    .option(...URL);

  add("drift", "what differs between the migrations and a branch, or between any two", () => import("./commands/drift.ts"))
    .option("--expected <source>", `what should be: ${SOURCES}`, "migrations")
    .option("--actual <source>", "what is, in the same forms", "parent")
    .option("--report <format[=file]>", "text, json or markdown; repeatable", collect, [])
    .option("--ignore <names>", "also take for equal, such as comments,grants; or all", commas)
    .option("--repair <file>", "also write SQL that removes the difference, proved on a copy; - for stdout")
    .option("--allow-destructive", "let that SQL run what loses data, instead of commenting it out")
    .option("--compare <names>", "tell apart nevertheless, such as columnOrder,owners; or all", commas);

  add("rollback-check", "up, down, up on a scratch database; the catalogs must agree", () => import("./commands/rollback-check.ts")).option(
    "--last <n>",
    "only the newest migrations",
  );

  add("env", "print this run's URLs for a shell, a dotenv file or as JSON", () => import("./commands/env.ts")).option(
    "--format <format>",
    "shell, dotenv, json, the name of a CI service, or ci for the one that this job runs on",
    "shell",
  );

  add("extend", "let this run's database live for another --ttl, counted from now", () => import("./commands/extend.ts"));

  add("down", "remove this run's database", () => import("./commands/down.ts"));

  add("sweep", "list stale databases of ours and why; --yes deletes them", () => import("./commands/sweep.ts"))
    .option("--yes", "delete what the plan names")
    .option("--older-than <duration>", "also what is older, expired or not, such as 12h")
    .option("--idle <duration>", "keep what was used within this time", "15m");

  add("list", "what exists, whose it is and how old", () => import("./commands/list.ts")).option(
    "--all",
    "also the templates that local servers keep as a cache",
  );

  add("status", "what this run has and what it waits for", () => import("./commands/status.ts")).option(
    "--watch",
    "again each second: leader, phase, heartbeat, waiters; ends with the migrations",
  );

  add("doctor", "what would be chosen and why; every setting with its source", () => import("./commands/doctor.ts"));

  add("init", "write a configuration and a CI workflow for this repository", () => import("./commands/init.ts"))
    .option("--service <name>", "github, gitlab, circleci, buildkite, azure, bitbucket, jenkins or none; default the one in use")
    .option("--dry-run", "only show what would be written");

  const gates = program.command("check").description("gates beside the database: a metrics endpoint, a live worker, workflow files");
  addGate("metrics", "whether an endpoint tells what Prometheus should find there", () => import("./commands/check-metrics.ts"))
    .argument("<url>", "the endpoint, or the name of a variable that holds it")
    .option("--metric <name[:type]>", "must be there, such as runs_total:counter; repeatable", collect, [])
    .option("--optional <name[:type]>", "is only warned about; repeatable", collect, [])
    .option("--token <variable>", "the variable that holds a bearer token")
    .option("--within <duration>", "how long to go on asking", "30s");
  addGate("worker", "whether a worker lives, logs and ends when it is asked to", () => import("./commands/check-worker.ts"))
    .argument("<command...>", "the worker, after --")
    .option("--for <duration>", "how long it must live", "10s")
    .option("--lines <n>", "how many lines it must write", "1")
    .option("--ready <text>", "what one of the lines must hold")
    .option("--within <duration>", "how long to wait for the lines", "30s")
    .option("--grace <duration>", "how long it may take to end", "10s");
  addGate("workflow", "known mistakes in workflows of GitHub Actions", () => import("./commands/check-workflow.ts")).argument(
    "[file...]",
    "default all of .github/workflows",
  );

  return program;

  function add(name: string, description: string, load: Load): Command {
    return withAction(withCommon(program.command(name).description(description)), name, load);
  }

  /** Gates have no database, and none of its flags. */
  function addGate(name: string, description: string, load: Load): Command {
    return withAction(withOutput(gates.command(name).description(description)), `check ${name}`, load);
  }

  function withAction(command: Command, name: string, load: Load): Command {
    return command.action(async () => {
      const invocation = await begin(command.optsWithGlobals(), `offshoot ${name}`);
      await (await load()).execute(invocation, command.opts(), command.args);
    });
  }
}

type Load = () => Promise<{ readonly execute: Execute }>;

/** The flags of every command on a database. */
function withCommon(command: Command): Command {
  const common = command
    .option("-c, --config <file>", "configuration file; default offshoot.yaml, searched upwards")
    .option("--run <name>", "name of this run; default read from the CI")
    .option("--provider <name>", "auto, neon, docker, embedded or existing; or a list such as neon,docker")
    .option("--ttl <duration>", "how long the database may live, such as 90m, 2h or 3d")
    .option("--postgres <major>", "wanted major version of Postgres")
    .option("--set <key=value>", "any other setting, such as neon.parent=main", collect, []);
  return withOutput(common);
}

/** The flags that every command has. */
function withOutput(command: Command): Command {
  return command
    .allowExcessArguments(false)
    .option("--json", "data as JSON on stdout")
    .option("--summary <file>", "append what happened to a file, as Markdown; CI pages get it anyway")
    .option("-q, --quiet", "no progress on stderr");
}

/** For the commands that may work on a database that is not the run's own. */
const URL = ["--url <url>", "a Postgres URL, or the name of a variable that holds one, instead of the run's database"] as const;

const SOURCES =
  "migrations, parent, run, branch:NAME, branch:NAME@TIME, branch:NAME@LSN, a spec file, a Postgres URL or the name of a variable that holds one";

function commas(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, ...value.split(",").map((name) => name.trim())];
}

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}

/** Kept equal to package.json by a test: reading the file would cost every start. */
const VERSION = "0.1.0";
