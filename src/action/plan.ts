import type { Globals } from "../cli/invocation.ts";
import { readCreateBranchInputs, readUrlStyle, type UrlStyle } from "./create-branch-inputs.ts";
import type { Inputs } from "./inputs.ts";
import { type Problems, problemsOf } from "./problems.ts";

const COMMANDS = ["up", "migrate", "run", "env", "down", "sweep"] as const;

export type CommandName = (typeof COMMANDS)[number];

/** What a step asks for, in the words of the CLI. */
export interface Plan {
  readonly command: CommandName;
  readonly globals: Globals;
  /** Environment variables that are set for what we do. */
  readonly env: Readonly<Record<string, string>>;
  readonly style: UrlStyle;
  /** Shell lines for `run`, or the migration command for `migrate`; empty where none was given. */
  readonly script: string;
  /** Whether the database goes with the last job that uses it, instead of staying until `down` or its expiry. */
  readonly teardown: boolean;
  readonly keepOnFailure: boolean;
  /** Whether later steps of the job get the URLs in their environment. */
  readonly export: boolean;
  readonly sweep: { readonly yes: boolean; readonly olderThan: string | undefined };
  /** Seen from the workspace. */
  readonly workingDirectory: string;
  /** What a reader of the job's page should know about the inputs. */
  readonly notes: readonly string[];
}

/** What the inputs mean. Throws `USAGE` with every problem, before anything is touched. */
export function planOf(inputs: Inputs, now: Date): Plan {
  const problems = problemsOf(inputs);
  const command = problems.choice("command", COMMANDS);
  const foreign = readCreateBranchInputs(inputs, now, problems);
  problems.exclude("run", "branch_name");
  problems.exclude("ttl", "expires_at");
  problems.exclude("provider", "use_neon");
  const provider = providerOf(inputs, problems);
  const run = optional(inputs.run) ?? foreign.run;
  const ttl = optional(inputs.ttl) ?? foreign.ttl;
  const migration = command === "migrate" && inputs.script !== "" ? [`migrations.command=${inputs.script}`] : [];
  const plan: Plan = {
    command,
    globals: {
      set: [...foreign.set, ...settingLines(inputs, problems), ...migration],
      ...(inputs.config === "" ? {} : { config: inputs.config }),
      ...(run === undefined ? {} : { run }),
      ...(provider === undefined ? {} : { provider }),
      ...(ttl === undefined ? {} : { ttl }),
    },
    env: { ...foreign.env, ...(run === undefined ? {} : { OFFSHOOT_RUN: run }) },
    style: readUrlStyle(problems),
    script: inputs.script,
    teardown: problems.boolean("teardown"),
    keepOnFailure: problems.boolean("keep_on_failure"),
    export: problems.boolean("export"),
    sweep: { yes: problems.boolean("yes"), olderThan: optional(inputs.older_than) },
    workingDirectory: inputs.working_directory,
    notes: foreign.notes,
  };
  requireSense(plan, problems);
  problems.check();
  return plan;
}

/** The seed of the outbox case decides in one job and tells the others: `true` is Neon and nothing else, `false` all but Neon. */
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

/** What is given and would have no effect would mislead whoever reads the workflow. */
function requireSense({ command, script, teardown, keepOnFailure, sweep }: Plan, problems: Problems): void {
  const only = (name: Parameters<Problems["add"]>[0], given: boolean, commands: readonly CommandName[]): void => {
    if (given && !commands.includes(command))
      problems.add(name, `has no effect with \`command: ${command}\`, only with ${new Intl.ListFormat("en").format(commands)}.`);
  };
  only("script", script !== "", ["run", "migrate"]);
  only("teardown", teardown, ["up", "migrate", "run"]);
  only("keep_on_failure", keepOnFailure, ["run"]);
  only("yes", sweep.yes, ["sweep"]);
  only("older_than", sweep.olderThan !== undefined, ["sweep"]);
  if (command === "run" && script === "") problems.add("script", "is missing: what should `command: run` run?");
}

function optional(text: string): string | undefined {
  return text === "" ? undefined : text;
}
