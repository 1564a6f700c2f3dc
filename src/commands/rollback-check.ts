import { isOffshootError, OffshootError } from "../errors.ts";
import type { Event } from "../events.ts";
import { codeSpan } from "../markdown.ts";
import { runLine } from "../rollback/run-line.ts";
import { countVerdicts, isFinding, type Step, type Verdict } from "../rollback/verdict.ts";
import { type ScratchDatabase, tryMigrations } from "../rollback/try-migrations.ts";
import type { CommonOptions, Context } from "../context/context.ts";
import { inContext } from "../context/in-context.ts";
import { contextOfOnlyTool, findProject } from "../context/find-project.ts";
import { requireMigrations } from "../context/migrations.ts";
import { inPhase } from "../context/phase.ts";
import { copiesUnsupported } from "../context/scratch-database.ts";
import { withMigratedScratch } from "../context/migrated-scratch.ts";
import { commandEnvironment } from "../own-secrets.ts";
import { secretsOf, variablesOfUrl, withoutOtherServer } from "../providers/variables.ts";

export interface RollbackCheckOptions extends CommonOptions {
  /** How many of the newest migrations are checked; default all. Older migrations are only applied. */
  readonly last?: number | undefined;
}

export interface RollbackCheckResult {
  /** One for each checked migration, in the order of the migrations. */
  readonly steps: readonly Step[];
  readonly counts: Readonly<Record<Verdict, number>>;
  /** Whether every checked migration can be rolled back. */
  readonly ok: boolean;
}

export type { RowsLost, Step, Verdict } from "../rollback/verdict.ts";

/**
 * Checks that each migration can be rolled back: applies it, rolls it back, applies it again, and compares the catalogs.
 * This runs on copies of an empty scratch database. Findings are a result, not an error.
 *
 * Throws `TOOL_UNSUITABLE` when no migration tool is detected or the tool cannot roll back, `MIGRATION_HEADS`, and
 * `MIGRATION_FAILED` when a migration cannot be applied.
 */
export async function rollbackCheck(options: RollbackCheckOptions = {}): Promise<RollbackCheckResult> {
  return inContext(options, (context) => rollbackCheckIn(contextOfOnlyTool(context), options));
}

async function rollbackCheckIn(context: Context, options: RollbackCheckOptions): Promise<RollbackCheckResult> {
  const project = (await findProject(context))?.project;
  const { stepCommands: commands } = project ?? {};
  if (project === undefined || commands === undefined) throw unsuitable(project?.tool);
  const migrations = await requireMigrations({ ...context, settings: withTool(context.settings, project.tool) });
  const [migration] = migrations.steps;
  const text = `${project.tool} migrations`;
  const steps = await inPhase(
    context.emit,
    "rollback",
    text,
    () =>
      withMigratedScratch(context, "rollback", migrations, async (database, server) => {
        const { copy } = database;
        if (copy === undefined) throw copiesUnsupported(database);
        const scratch: ScratchDatabase = {
          url: database.directUrl,
          copy: () => copy(context.signal),
          around: (use) => server.around(use),
          run: (line: string, url: string) =>
            runLine(line, {
              cwd: migration.directory,
              env: {
                ...withoutOtherServer(commandEnvironment(context.env, context.settings.passSecrets)),
                ...migration.variables,
                ...variablesOfUrl(url),
                ...migration.env(url),
              },
              secrets: [...context.secrets, ...secretsOf({ url, directUrl: database.directUrl })],
              signal: context.signal,
              timeoutMs: context.settings.timeouts.migrateMs,
            }),
          onStep: (step: Step) => context.emit({ kind: "note", text: `${step.verdict.padEnd(20)} ${step.step}` }),
        };
        const last = options.last ?? project.revisions.length;
        return tryMigrations(scratch, { project, commands, last, irreversible: context.settings.migrations.irreversible });
      }),
    () => text,
    // No rollback failed, so the line names what did.
    (thrown) => (isOffshootError(thrown) && thrown.code === "MIGRATION_FAILED" ? thrown.message.replace(/\.$/, "") : text),
  );
  const result = { steps, counts: countVerdicts(steps), ok: !steps.some(isFinding) };
  context.emit(partOf(result));
  return result;
}

/** The result for the page of the pull request: only the migrations that cannot be rolled back, without the output of the tool. */
function partOf({ steps, ok }: RollbackCheckResult): Event {
  const found = steps.filter(isFinding);
  const without = steps.filter(({ verdict }) => verdict === "irreversible-declared").length;
  const have = `${without} ${without === 1 ? "has" : "have"} no rollback`;
  const checked =
    without === 0
      ? `${steps.length} of ${steps.length} migrations checked`
      : `${steps.length - without} of ${steps.length} migrations checked; ${have}`;
  const text = ok ? checked : `${found.length} of ${steps.length} migrations cannot be taken back`;
  const lines = found.flatMap(({ step, verdict, lost, drifted }) => [
    `- ${codeSpan(step)}: ${verdict}`,
    ...[...lost, ...drifted].slice(0, 20).map(({ change, kind, object }) => `  - ${change} ${kind} ${codeSpan(object)}`),
  ]);
  return {
    kind: "result",
    topic: "rollback",
    weight: ok ? (without === 0 ? "none" : "some") : "problem",
    text,
    markdown: lines.slice(0, 200).join("\n"),
  };
}

/** The environment of the migrations depends on the tool, so a configured command is left out here. */
function withTool<S extends { readonly migrations: object }>(settings: S, tool: string): S {
  return { ...settings, migrations: { ...settings.migrations, tool, command: undefined } };
}

function unsuitable(tool: string | undefined): OffshootError {
  return new OffshootError(
    "TOOL_UNSUITABLE",
    tool === undefined ? "No migration tool was detected." : `The migration tool ${tool} cannot apply or roll back single migrations.`,
    {
      meaning: "The rollback check applies and rolls back each migration separately.",
      remedy:
        "Set migrations.tool, and migrations.folder if the migration files are in another folder. docs/tools.md of offshoot lists the tools and whether they can roll back.",
    },
  );
}
