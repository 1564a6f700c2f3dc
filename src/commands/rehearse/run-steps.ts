import type { Context } from "../../context/context.ts";
import type { Migrations, Step } from "../../context/migrations.ts";
import { OffshootError } from "../../errors.ts";
import { commandEnvironment, distinctValues } from "../../own-secrets.ts";
import type { DirectUrl } from "../../postgres/url.ts";
import { secretsOf, variablesOfUrl, withoutOtherServer } from "../../providers/variables.ts";
import { leftRunning } from "../../process/left-processes.ts";
import { brokerEnvironment } from "../../readiness/fence.ts";
import { type CommandEnd, runCommand } from "../../rehearsal/run-command.ts";

/** The name of the sessions of the command. */
export const NAME = "offshoot:rehearse";

/** How the commands run in a copy. */
export interface Manner {
  readonly literals: boolean;
  readonly throughBroker: boolean;
}

/** Runs the commands one after another in a copy, until one of them fails. Throws `CANCELLED` and `TIMED_OUT`. */
export async function runSteps(context: Context, migrations: Migrations, url: DirectUrl, manner: Manner): Promise<CommandEnd> {
  let end: CommandEnd = { ok: true, how: "exit status 0", tail: "", left: [] };
  for (const step of migrations.steps) {
    end = await runStep(context, step, url, manner);
    if (end.left.length > 0)
      context.emit({
        kind: "warning",
        text: `The migration command left ${leftRunning(end.left)}. What they did after it is not in the report.`,
      });
    if (!end.ok) break;
  }
  return end;
}

function runStep(context: Context, step: Step, url: DirectUrl, { literals, throughBroker }: Manner): Promise<CommandEnd> {
  const { command, directory: cwd } = step;
  if (command.kind === "work") throw new TypeError("a rehearsal runs commands only");
  const env = {
    ...withoutOtherServer(commandEnvironment(context.env, context.settings.passSecrets)),
    ...step.variables,
    ...variablesOfUrl(url),
    ...step.env(url),
    PGAPPNAME: NAME,
  };
  return runCommand(command.kind === "shell" ? command.text : command.argv, {
    cwd,
    env: throughBroker ? brokerEnvironment(env) : env,
    signal: context.signal,
    timeoutMs: context.settings.timeouts.migrateMs,
    secrets: [...context.secrets, ...distinctValues(step.variables), ...secretsOf({ url, directUrl: url })],
    output: (stream, text) => {
      if (literals) context.emit({ kind: "output", stream, chunk: Buffer.from(text) });
    },
  });
}

/** The lines of a shell about a program that cannot be started. Any other output can have values of rows. */
const NOT_STARTED =
  /(?:: (?:command )?not found|: No such file or directory|: Permission denied|: not recognized as an internal or external command.*)$/;

/**
 * The error for a command that failed although the database reported no error. It can have connected to another database, even to
 * production, so its output is shown only as far as it says that a program is missing.
 */
export function failedWithoutError(end: CommandEnd, literals: boolean): OffshootError {
  const shown = literals ? end.tail.trim() : notStarted(end);
  const hidden = end.tail.trim() === "" ? "It printed nothing." : "Its output can contain values of rows, so it is not shown.";
  return new OffshootError(
    "MIGRATION_FAILED",
    `The migration command failed in the copy (${end.how}), and the database reported no error.`,
    {
      meaning: shown === "" ? hidden : shown,
      remedy: `Check that its program is installed in this job, and that it uses DATABASE_URL.${shown === "" && end.tail.trim() !== "" ? " With --literals its output is shown, if values of rows can be shown here." : ""}`,
    },
  );
}

/** How a command failed that used the copy, for a finding: its exit status, and which program is missing. */
export function howItFailed(end: CommandEnd, literals: boolean): string {
  const missing = literals ? "" : notStarted(end);
  return missing === "" ? end.how : `${end.how}: ${missing.split("\n").at(-1) ?? ""}`;
}

function notStarted({ how, tail }: CommandEnd): string {
  if (!/^(?:exit status 12[67]|could not be started)/.test(how)) return "";
  return tail
    .split("\n")
    .filter((line) => NOT_STARTED.test(line.trim()))
    .join("\n")
    .trim();
}

/** The error for a command that ended without an error, and of which no session was seen in the copy: nothing was rehearsed. */
export function copyUnused(): OffshootError {
  return new OffshootError("MIGRATION_FAILED", "Nothing was rehearsed: the migration command did not use the copy.", {
    meaning: "It ended without an error, but offshoot saw no session of it. If it used another database, that one can have been changed.",
    remedy: "Check that the command reads DATABASE_URL, and that no URL in its settings replaces it.",
  });
}
