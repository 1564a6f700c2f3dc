import { type CommonOptions, variablesOfRun, type Context } from "../context/context.ts";
import { inContext } from "../context/in-context.ts";
import { requireRunDatabase, warnOfMajor } from "../context/target-database.ts";
import { OffshootError } from "../errors.ts";
import { commandEnvironment } from "../own-secrets.ts";
import { type Ended, runInForeground } from "../process/foreground.ts";
import { variablesOf } from "../providers/variables.ts";

export interface PsqlOptions extends CommonOptions {
  /** Arguments of the client, such as `["-c", "select 1"]`. */
  readonly args?: readonly string[] | undefined;
  /** Called directly before the client starts, when nothing else must write to the terminal. */
  readonly onStart?: (() => void) | undefined;
}

/**
 * Opens a session of this run's database with psql, or with the client of the setting `psql`, on stdin and stdout of this
 * process. The password is passed in the environment. Throws `RUN_UNKNOWN`, and `COMMAND_NOT_FOUND` without the client.
 */
export async function psql(options: PsqlOptions = {}): Promise<Ended> {
  return inContext(options, (context) => psqlIn(context, options));
}

async function psqlIn(context: Context, options: PsqlOptions): Promise<Ended> {
  const database = await requireRunDatabase(context);
  warnOfMajor(context, database);
  const client = context.settings.psql;
  // On Ctrl-C a client ends its query or clears its line, and continues. So only other signals end it.
  const ended = new AbortController();
  const forward = (): void => (context.signal.reason === "SIGINT" ? undefined : ended.abort(context.signal.reason));
  context.signal.addEventListener("abort", forward, { once: true });
  options.onStart?.();
  try {
    return await runInForeground([client, ...(options.args ?? [])], {
      cwd: context.cwd,
      env: { ...commandEnvironment(context.env, context.settings.passSecrets), ...variablesOf(database), ...variablesOfRun(context) },
      signal: ended.signal,
      graceMs: context.settings.timeouts.commandGraceMs,
      terminal: process.stdin.isTTY,
    });
  } catch (thrown) {
    throw notFound(client, thrown);
  } finally {
    context.signal.removeEventListener("abort", forward);
  }
}

function remedyFor(client: string): string {
  if (client === "psql")
    return "Install psql (in Debian the package postgresql-client, in Homebrew libpq), or set another client: --set psql=pgcli";
  const words = /\s/.test(client) ? " It is the name of one program: its arguments come after `--`." : "";
  return `Install ${client}, or remove the setting psql (OFFSHOOT_PSQL), which is then psql.${words}`;
}

function notFound(client: string, thrown: unknown): unknown {
  if (!(thrown instanceof OffshootError) || thrown.code !== "COMMAND_NOT_FOUND") return thrown;
  return new OffshootError("COMMAND_NOT_FOUND", thrown.message, {
    meaning: "offshoot opens sessions with a client that is installed on this machine.",
    remedy: remedyFor(client),
  });
}
