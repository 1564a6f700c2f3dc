import { OffshootError } from "../errors.ts";
import { move } from "../rollback/run-line.ts";
import { countVerdicts, isFinding, type Step, type Verdict } from "../rollback/verdict.ts";
import { walk } from "../rollback/try-migrations.ts";
import { type CommonOptions, prepare } from "../context/context.ts";
import { findProject, migrationDirectory, requireMigrations } from "../context/migrations.ts";
import { inPhase } from "../context/phase.ts";
import { copiesUnsupported, withScratchDatabase } from "../context/scratch.ts";
import { variablesOfUrl } from "../providers/variables.ts";

export interface RollbackCheckOptions extends CommonOptions {
  /** How many of the newest migrations are tried; default all. Those before are only applied. */
  readonly last?: number | undefined;
}

export interface RollbackCheckResult {
  /** In the order of the migrations. */
  readonly steps: readonly Step[];
  readonly counts: Readonly<Record<Verdict, number>>;
  /** Whether any way back is not what it should be. */
  readonly ok: boolean;
}

export type { RowsLost, Step, Verdict } from "../rollback/verdict.ts";

/**
 * Tries the way back of each migration, on throw-away copies of a scratch database that is made from nothing: up,
 * down, up, with the catalogs compared. Findings are a result, not an error.
 *
 * Throws `TOOL_UNSUITABLE` when the tool is not known or only goes up, `MIGRATION_HEADS`, and `MIGRATION_FAILED` when
 * a way up fails.
 */
export async function rollbackCheck(options: RollbackCheckOptions = {}): Promise<RollbackCheckResult> {
  const context = await prepare(options);
  const project = await findProject(context);
  const { stepCommands: moves } = project ?? {};
  if (project === undefined || moves === undefined) throw unsuitable(project?.tool);
  const migrations = await requireMigrations({ ...context, settings: withTool(context.settings, project.tool) });
  const steps = await inPhase(context.emit, "rollback", `${project.tool} migrations`, () =>
    withScratchDatabase(context, "rollback", async (database) => {
      const { clone } = database;
      if (clone === undefined) throw copiesUnsupported(database);
      const ground = {
        url: database.directUrl,
        clone: () => clone(context.signal),
        run: (line: string, url: string) =>
          move(line, {
            cwd: migrationDirectory(context),
            env: { ...context.env, ...context.settings.migrations.env, ...variablesOfUrl(url), ...migrations.env(url) },
            signal: context.signal,
            withinMs: context.settings.timeouts.migrateMs,
          }),
        tell: (step: Step) => context.emit({ kind: "note", text: `${step.verdict.padEnd(20)} ${step.step}` }),
      };
      const last = options.last ?? project.revisions.length;
      return walk(ground, { project, moves, last, irreversible: context.settings.migrations.irreversible });
    }),
  );
  return { steps, counts: countVerdicts(steps), ok: !steps.some(isFinding) };
}

/** Settings under which the environment of the tool is made, also where a command of one's own migrates. */
function withTool<S extends { readonly migrations: object }>(settings: S, tool: string): S {
  return { ...settings, migrations: { ...settings.migrations, tool, command: undefined } };
}

function unsuitable(tool: string | undefined): OffshootError {
  return new OffshootError(
    "TOOL_UNSUITABLE",
    tool === undefined ? "No migration tool is known here, so that no way back is." : `${tool} only goes to the newest migration.`,
    {
      meaning: "Each migration must be taken up and down by itself to be checked.",
      remedy: "Set migrations.tool, and migrations.folder where the files stand elsewhere; docs/tools.md lists the tools that go down.",
    },
  );
}
