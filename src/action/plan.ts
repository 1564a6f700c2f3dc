import type { Globals } from "../cli/invocation.ts";
import type { ServiceUrls } from "../providers/provider.ts";
import { readCreateBranchInputs, readUrlStyle, type UrlStyle } from "./create-branch-inputs.ts";
import type { Inputs } from "./inputs.ts";
import { type Problems, problemsOf } from "./problems.ts";

const COMMANDS = ["up", "migrate", "run", "env", "down", "sweep"] as const;

export type CommandName = (typeof COMMANDS)[number];

/** What a step must do, as options of the CLI. */
export interface Plan {
  readonly command: CommandName;
  readonly globals: Globals;
  /** Environment variables to set. */
  readonly env: Readonly<Record<string, string>>;
  readonly style: UrlStyle;
  /** Shell lines for `run`, or the migration command for `migrate`; empty if not set. */
  readonly script: string;
  /** Whether the last job that uses the database deletes it. Otherwise it is kept until `down` or its expiry. */
  readonly teardown: boolean;
  readonly keepOnFailure: boolean;
  /** Whether later steps of the job get the URLs in their environment. */
  readonly export: boolean;
  /** Whether `down` also deletes the database while other processes use it. */
  readonly force: boolean;
  readonly sweep: { readonly yes: boolean; readonly olderThan: string | undefined; readonly allRepositories: boolean };
  /** The services of the Neon branch whose URLs are outputs. */
  readonly services: { readonly [Name in keyof ServiceUrls]: boolean };
  /** Relative to the workspace. */
  readonly workingDirectory: string;
  /** Notes about the inputs, for the page of the job. */
  readonly notes: readonly string[];
}

/** Converts the inputs to a plan. Throws `USAGE` with all problems together, before anything is created or changed. */
export function planOf(inputs: Inputs, now: Date): Plan {
  const problems = problemsOf(inputs);
  const command = problems.choice("command", COMMANDS);
  const branch = readCreateBranchInputs(inputs, now, problems);
  problems.exclude("run", "branch_name");
  problems.exclude("ttl", "expires_at");
  problems.exclude("provider", "use_neon");
  const provider = providerOf(inputs, problems);
  const run = optional(inputs.run) ?? branch.run;
  const ttl = optional(inputs.ttl) ?? branch.ttl;
  const migration = command === "migrate" && inputs.script !== "" ? [`migrations.command=${inputs.script}`] : [];
  const plan: Plan = {
    command,
    globals: {
      set: [...branch.set, ...settingLines(inputs, problems), ...migration],
      ...(inputs.config === "" ? {} : { config: inputs.config }),
      ...(run === undefined ? {} : { run }),
      ...(provider === undefined ? {} : { provider }),
      ...(ttl === undefined ? {} : { ttl }),
    },
    env: { ...branch.env, ...(run === undefined ? {} : { OFFSHOOT_RUN: run }) },
    style: readUrlStyle(problems),
    script: inputs.script,
    teardown: problems.boolean("teardown"),
    keepOnFailure: problems.boolean("keep_on_failure"),
    export: problems.boolean("export"),
    force: problems.boolean("force"),
    sweep: {
      yes: problems.boolean("yes"),
      olderThan: optional(inputs.older_than),
      allRepositories: problems.boolean("all_repositories"),
    },
    services: { auth: problems.boolean("get_auth_url"), dataApi: problems.boolean("get_data_api_url") },
    workingDirectory: inputs.working_directory,
    notes: branch.notes,
  };
  requireEffect(plan, problems);
  problems.check();
  return plan;
}

/** `use_neon` is the output of another job: `true` allows only Neon, `false` all providers but Neon. */
function providerOf(inputs: Inputs, problems: Problems): string | undefined {
  if (inputs.use_neon === "") return optional(inputs.provider);
  return problems.boolean("use_neon") ? "neon" : "docker,embedded";
}

function settingLines({ settings }: Inputs, problems: Problems): readonly string[] {
  const lines = settings.split("\n").map((line) => line.trim());
  const wrong = lines.filter((line) => line !== "" && !/^[\w.]+\s*=/.test(line));
  for (const line of wrong) problems.add("settings", `has the line \`${line}\`; expected key=value, such as neon.parent=main.`);
  return lines.filter((line) => line !== "").map((line) => line.replace(/\s*=\s*/, "="));
}

/** Rejects an input that has no effect with this command, because it would mislead a reader of the workflow. */
function requireEffect({ command, script, teardown, keepOnFailure, force, sweep, services }: Plan, problems: Problems): void {
  const only = (name: Parameters<Problems["add"]>[0], given: boolean, commands: readonly CommandName[]): void => {
    if (given && !commands.includes(command))
      problems.add(name, `has no effect with \`command: ${command}\`, only with ${new Intl.ListFormat("en").format(commands)}.`);
  };
  only("script", script !== "", ["run", "migrate"]);
  only("teardown", teardown, ["up", "migrate", "run"]);
  only("keep_on_failure", keepOnFailure, ["run"]);
  only("force", force, ["down"]);
  only("get_auth_url", services.auth, ["up", "migrate", "env"]);
  only("get_data_api_url", services.dataApi, ["up", "migrate", "env"]);
  only("yes", sweep.yes, ["sweep"]);
  only("all_repositories", sweep.allRepositories, ["sweep"]);
  only("older_than", sweep.olderThan !== undefined, ["sweep"]);
  if (command === "run" && script === "") problems.add("script", "is missing. It is required with `command: run`.");
}

function optional(text: string): string | undefined {
  return text === "" ? undefined : text;
}
