import { OffshootError } from "../errors.ts";
import type { Session } from "../postgres/session.ts";
import { describeOwner } from "../readiness/failure.ts";
import type { Marker } from "../readiness/marker.ts";
import { type MigrationState, migrationState } from "../readiness/migration-state.ts";
import { takeSnapshot } from "../readiness/snapshot.ts";
import type { SourceCheck } from "../providers/clones/types.ts";
import type { Database } from "../providers/provider.ts";
import { ownCommand } from "../shell-command.ts";
import { withCleanMethods } from "./clean-errors.ts";
import type { Context } from "./context.ts";
import { findProject } from "./find-project.ts";

/**
 * Looks in a session in the run's database whether its state may be cloned: not while a migration runs. Throws `MIGRATION_FAILED`
 * when its newest migrations failed or were interrupted, `NOT_MIGRATED` when it is empty although the repository has migrations,
 * and `DATABASE_IN_USE` with `isLast` while a migration runs.
 */
export function cloneCheck(context: Context): SourceCheck {
  let isWarned = false;
  return async (session, isLast) => {
    const state = migrationState(await takeSnapshot(session));
    if (state.kind === "running" && !isLast) return false;
    const problem = await problemOf(context, state, "No clone was made");
    if (problem === undefined) return true;
    if (!isMigrated(state) && (state.kind !== "none" || (await isEmpty(session)))) throw problem.error;
    if (!isWarned) context.emit({ kind: "warning", text: `The clone is made although ${problem.reason}. ${problem.advice}` });
    isWarned = true;
    return true;
  };
}

/** The database as a command returns it: its clones are made of migrated data only, and its errors have no secrets. */
export function handedOut(database: Database, context: Context): Database {
  const clone: Database["clone"] = async (options) =>
    (await import("../providers/clones/clones.ts")).cloneOf(database.clones, options, cloneCheck(context));
  return withCleanMethods({ ...database, clone }, context);
}

/**
 * Warns when a snapshot of the run's database is not one of migrated data: a snapshot is the present state, whatever it is.
 * Throws `DATABASE_IN_USE` while a migration runs, unless `force` is set.
 */
export async function warnOfCopiedState(context: Context, session: Session, force: boolean): Promise<void> {
  const state = migrationState(await takeSnapshot(session));
  const problem = await problemOf(context, state, "No snapshot was stored");
  if (problem === undefined) return;
  if (state.kind === "running" && !force) throw problem.error;
  context.emit({ kind: "warning", text: `The snapshot is stored although ${problem.reason}. ${problem.advice}` });
}

interface Problem {
  /** After `although` or `because`. */
  readonly reason: string;
  /** A sentence with the next command. */
  readonly advice: string;
  readonly error: OffshootError;
}

/** Undefined for a database that was migrated, and where the repository has no migrations. `refused`: what was not done. */
async function problemOf(context: Context, state: MigrationState, refused: string): Promise<Problem | undefined> {
  const { key } = context.run;
  const migrate = ownCommand(["migrate", "--run", key]);
  const retry = `\`${ownCommand(["migrate", "--retry", "--run", key])}\``;
  const of = `the run's database ${context.name}`;
  switch (state.kind) {
    case "ready":
      return undefined;
    case "none": {
      if (!(await hasMigrations(context))) return undefined;
      const reason = `the migrations did not run in ${of}`;
      const advice = `Run them with \`${migrate}\`. To copy it without them, add --set migrations.tool=none.`;
      const meaning = "It is empty.";
      return { reason, advice, error: new OffshootError("NOT_MIGRATED", `${refused}, because ${reason}.`, { meaning, remedy: advice }) };
    }
    case "running": {
      const who = state.marker === undefined ? "" : ` (run by ${describeOwner(state.marker.owner)})`;
      const reason = `the migrations of ${of} are running${who}`;
      const advice = `Wait for them with \`${ownCommand(["wait", "--run", key])}\`, and run the command again.`;
      const meaning = "The database has only a part of them.";
      return { reason, advice, error: new OffshootError("DATABASE_IN_USE", `${refused}, because ${reason}.`, { meaning, remedy: advice }) };
    }
    case "interrupted": {
      const reason = `the migrations of ${of} were interrupted (run by ${describeOwner(state.marker.owner)})`;
      const advice = `Run them again with \`${migrate}\`.`;
      return { reason, advice, error: failed(`${refused}, because ${reason}.`, PART, advice) };
    }
    case "failed": {
      const what = isMigrated(state) ? "the audit found errors after the migrations of" : "the migrations failed in";
      const reason = `${what} ${of} (run by ${describeOwner(state.marker.owner)})`;
      const advice = `Correct the migrations, and run them again with ${retry}.`;
      return { reason, advice, error: failed(`${refused}, because ${reason}.`, meaningOf(state.marker), advice) };
    }
  }
}

const PART = "The database has none of them, or only a part.";

function meaningOf({ error }: Marker): string {
  return error === undefined ? PART : `${PART} ${error.message}`;
}

function failed(message: string, meaning: string, remedy: string): OffshootError {
  return new OffshootError("MIGRATION_FAILED", message, { meaning, remedy });
}

/** After a failed audit the database has all migrations. */
function isMigrated(state: MigrationState): boolean {
  return state.kind === "failed" && state.marker.error?.code === "FINDINGS";
}

/** Does not read the files. What is wrong with the project is reported by the command that runs its migrations. */
async function hasMigrations(context: Context): Promise<boolean> {
  const { command, steps, tool } = context.settings.migrations;
  if (command !== undefined || steps !== undefined) return true;
  if (tool === "none") return false;
  return findProject(context).then(
    (found) => found !== undefined,
    () => true,
  );
}

/** Whether nobody created a relation, a function or a type. Those of extensions were perhaps in the template of the server. */
async function isEmpty(session: Session): Promise<boolean> {
  const [row] = await session.query<{ empty: boolean }>(`
    with own as (select n.oid from pg_catalog.pg_namespace n where n.nspname not in ('offshoot', 'information_schema') and not pg_catalog.starts_with(n.nspname, 'pg_'))
    select not exists (select from pg_catalog.pg_class c where c.relnamespace in (select oid from own))
      and not exists (select from pg_catalog.pg_proc p where p.pronamespace in (select oid from own))
      and not exists (select from pg_catalog.pg_type t where t.typnamespace in (select oid from own)) as empty`);
  return row?.empty === true;
}
