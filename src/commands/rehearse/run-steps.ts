import type { Context } from "../../context/context.ts";
import type { Migrations, Step } from "../../context/migrations.ts";
import { OffshootError } from "../../errors.ts";
import { commandEnvironment, distinctValues } from "../../own-secrets.ts";
import type { DirectUrl } from "../../postgres/url.ts";
import { secretsOf, variablesOfUrl, withoutOtherServer } from "../../providers/variables.ts";
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
  let end: CommandEnd = { ok: true, how: "exit status 0", tail: "" };
  for (const step of migrations.steps) {
    end = await runStep(context, step, url, manner);
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

/** The error for a command that failed although the database reported no error. */
export function failedWithoutError(end: CommandEnd, sessions: number, literals: boolean): OffshootError {
  const isSafe = sessions === 0 || literals;
  return new OffshootError(
    "MIGRATION_FAILED",
    `The migration command failed in the copy (${end.how}), and the database reported no error.`,
    {
      meaning: isSafe ? end.tail || "It printed nothing." : "Its output can contain values of rows, so it is not shown.",
      remedy: isSafe
        ? "Check that its program is installed in this job, and that it uses DATABASE_URL."
        : "Add --literals to show the output of the command, if values of rows can be shown here.",
    },
  );
}
