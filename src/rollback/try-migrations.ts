import type { Catalog } from "../catalog/catalog.ts";
import { readCatalog } from "../catalog/read.ts";
import { compareCatalogs, type Normalisations } from "../drift/compare.ts";
import type { Change } from "../drift/change.ts";
import { normalisationsOf } from "../drift/normalise/switches.ts";
import { OffshootError } from "../errors.ts";
import { withSession } from "../postgres/connect.ts";
import type { DirectUrl } from "../postgres/url.ts";
import type { Project, Revision, StepCommands } from "../migration-tools/tool.ts";
import { readVersionTable } from "../migration-tools/version-table.ts";
import type { LineResult } from "./run-line.ts";
import { countRows, rowsLost } from "./rows.ts";
import { type Observation, type Step, verdictOf } from "./verdict.ts";

/** A temporary copy of the scratch database. */
export interface Copy {
  readonly url: DirectUrl;
  drop(): Promise<void>;
}

/** The database in which the migrations are tried. */
export interface ScratchDatabase {
  /** Migrations are only applied here; rollbacks run on copies. */
  readonly url: DirectUrl;
  copy(): Promise<Copy>;
  /** Runs `work`, which also deletes its copy, and puts back what that changed on the whole server. */
  around<T>(work: () => Promise<T>): Promise<T>;
  /** Runs a command line of the migration tool on a database. */
  run(line: string, url: DirectUrl): Promise<LineResult>;
  /** Is called with each step when its verdict is known. */
  onStep(step: Step): void;
}

export interface TryMigrationsOptions {
  readonly project: Project;
  readonly commands: StepCommands;
  /** The number of newest migrations to try. Older ones are only applied. */
  readonly last: number;
  /** Names or ids of migrations that are declared to have no rollback. */
  readonly irreversible: readonly string[];
}

/**
 * Both catalogs are of the same server and of copies of one database, so nothing has to be ignored: not the owners, not the
 * versions of extensions. A fixed time differs in each run of a migration, and a nested AND means the same.
 */
const EXACT: Normalisations = {
  ...normalisationsOf({ compare: ["all"] }),
  frozenTimes: true,
  nestedConditions: true,
  toolTables: true,
};
const ORDER: Partial<Normalisations> = { columnOrder: true };
const NAMES: Partial<Normalisations> = { sequenceNames: true, constraintNames: true, indexNames: true, partitionParts: true };

interface Snapshot {
  readonly catalog: Catalog;
  readonly rows: ReadonlyMap<string, number>;
}

/**
 * Tries the newest migrations one by one: applies each to the scratch database, then rolls it back and applies it again on
 * a copy, and compares the catalogs each time. A wrong rollback only affects its copy. Throws `MIGRATION_FAILED` when a
 * migration cannot be applied.
 */
export async function tryMigrations(
  scratch: ScratchDatabase,
  { project, commands, last, irreversible }: TryMigrationsOptions,
): Promise<readonly Step[]> {
  const { revisions } = project;
  const start = Math.max(0, revisions.length - last);
  const apply = (applied: readonly Revision[], next: readonly Revision[], url: DirectUrl): Promise<LineResult> =>
    applyOnly(project, commands, { applied, next, url }, (line) => scratch.run(line, url));
  if (start > 0) mustSucceed(await apply([], revisions.slice(0, start), scratch.url), `The first ${start} migrations`);
  const steps: Step[] = [];
  let before = await snapshot(scratch.url);
  for (const [offset, revision] of revisions.slice(start).entries()) {
    const applied = revisions.slice(0, start + offset);
    mustSucceed(await apply(applied, [revision], scratch.url), `The migration ${revision.name}`, steps);
    const declaredIrreversible = irreversible.some((name) => name === revision.name || name === revision.id);
    const trial = { project, commands, apply, applied, revision, before, declaredIrreversible };
    const { after, ...observation } = await tryRollback(scratch, trial);
    const step = verdictOf(observation);
    scratch.onStep(step);
    steps.push(step);
    before = after;
  }
  return steps;
}

interface MigrationTrial {
  readonly project: Project;
  readonly commands: StepCommands;
  readonly apply: (applied: readonly Revision[], next: readonly Revision[], url: DirectUrl) => Promise<LineResult>;
  readonly applied: readonly Revision[];
  readonly revision: Revision;
  readonly before: Snapshot;
  readonly declaredIrreversible: boolean;
}

async function tryRollback(
  scratch: ScratchDatabase,
  { project, commands, apply, applied, revision, before, declaredIrreversible }: MigrationTrial,
): Promise<Observation & { readonly after: Snapshot }> {
  const unknown: Observation = {
    step: revision.name,
    declaredIrreversible,
    downError: undefined,
    upError: undefined,
    afterDown: undefined,
    afterSecondUp: undefined,
    rows: [],
  };
  const line = commands.down([...applied, revision]);
  if (declaredIrreversible || line === undefined) return { ...unknown, declaredIrreversible: true, after: await snapshot(scratch.url) };
  return scratch.around(async () => {
    const copy = await scratch.copy();
    try {
      // The schema is read while the tool starts.
      const [after, down] = await Promise.all([snapshot(scratch.url), scratch.run(line, copy.url)]);
      if (!down.ok) {
        const isDeclared = commands.irreversible?.test(down.output) ?? false;
        return { ...unknown, declaredIrreversible: isDeclared, downError: down.tail, after };
      }
      const back = await snapshot(copy.url);
      const compare = (expected: Catalog, actual: Catalog, ignored: Partial<Normalisations>): readonly Change[] =>
        compareCatalogs(expected, actual, { ...EXACT, ...ignored }).filter((change) => !isVersionTable(change, project));
      const compared = {
        exact: compare(before.catalog, back.catalog, {}),
        named: compare(before.catalog, back.catalog, ORDER),
        lost: compare(before.catalog, back.catalog, { ...ORDER, ...NAMES }),
      };
      const up = await apply(applied, [revision], copy.url);
      if (!up.ok) return { ...unknown, afterDown: compared, upError: up.tail, after };
      const again = await snapshot(copy.url);
      const rows = rowsLost(after.rows, again.rows).filter(({ table }) => !isExactVersionTable(table, project));
      const afterSecondUp = compare(after.catalog, again.catalog, { ...ORDER, ...NAMES });
      return { ...unknown, afterDown: compared, afterSecondUp, rows, after };
    } finally {
      await copy.drop();
    }
  });
}

function snapshot(url: DirectUrl): Promise<Snapshot> {
  return withSession(url, async (session) => {
    const catalog = await readCatalog(session);
    return { catalog, rows: await countRows(session, catalog) };
  });
}

interface Application {
  readonly applied: readonly Revision[];
  readonly next: readonly Revision[];
  readonly url: DirectUrl;
}

/**
 * Applies `next`. If the tool cannot stop after them, its version table records the later revisions meanwhile. Throws
 * `TOOL_UNSUITABLE` when the tool did not read that table, and so applied later revisions too.
 */
async function applyOnly(
  { tool, revisions, versionTable }: Project,
  commands: StepCommands,
  { applied, next, url }: Application,
  run: (line: string) => Promise<LineResult>,
): Promise<LineResult> {
  const line = commands.up(applied, next);
  const later = revisions.slice(applied.length + next.length);
  const records = later.length === 0 ? undefined : commands.leaveOut?.(later);
  if (records === undefined) return run(line);
  await withSession(url, (session) => session.query(records.before));
  const result = await run(line);
  await withSession(url, (session) => session.query(records.after));
  if (!result.ok) return result;
  const recorded = await withSession(url, (session) => readVersionTable(session, versionTable));
  if (next.every(({ id }) => recorded?.includes(id) === true)) return result;
  throw new OffshootError("TOOL_UNSUITABLE", `The table ${versionTable.name} does not record what ${tool} applied.`, {
    meaning: `${tool} cannot stop at a migration, so offshoot recorded the later ones in that table while it ran. It uses another table.`,
    remedy: `Write the name of the table in the configuration of ${tool} as a text that is not computed.`,
  });
}

/** The verdicts of the migrations before are a result too, although the check cannot go on. */
function mustSucceed({ ok, tail }: LineResult, what: string, checked: readonly Step[] = []): void {
  if (ok) return;
  const verdicts = checked.map(({ step, verdict }) => `${step} ${verdict}`).join(", ");
  throw new OffshootError("MIGRATION_FAILED", `${what} could not be applied.`, {
    meaning: verdicts === "" ? tail : `${tail}\nChecked before it: ${verdicts}.`,
    remedy: "Fix the migration. It and the migrations after it were not checked.",
    facts: { tail, checked: verdicts === "" ? undefined : verdicts },
  });
}

/** Version tables are created with the first migration, and are kept when the last one is rolled back. */
function isVersionTable({ kind, object }: Change, { versionTable }: Project): boolean {
  return versionTable.tables.some((table) => {
    if (table.endsWith(".*")) return object === table.slice(0, -2) || object.startsWith(table.slice(0, -1));
    // Postgres names the sequences and indexes of a table after the table.
    const isNamedAfter = (kind === "sequence" || kind === "index") && object.startsWith(`${table}_`);
    return object === table || object.startsWith(`${table}.`) || isNamedAfter;
  });
}

function isExactVersionTable(id: string, { versionTable }: Project): boolean {
  return versionTable.tables.some((table) => (table.endsWith(".*") ? id.startsWith(table.slice(0, -1)) : id === table));
}
