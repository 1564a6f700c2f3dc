import type { Catalog } from "../catalog/catalog.ts";
import { readCatalog } from "../catalog/read.ts";
import { compareCatalogs } from "../drift/compare.ts";
import type { Change } from "../drift/change.ts";
import { OffshootError } from "../errors.ts";
import { withSession } from "../postgres/connect.ts";
import type { DirectUrl } from "../postgres/url.ts";
import type { StepCommands, Project, Revision } from "../migration-tools/tool.ts";
import type { Moved } from "./run-line.ts";
import { countRows, rowsLost } from "./rows.ts";
import { judge, type Observed, type Step } from "./verdict.ts";

/** A throw-away copy of the main line. */
export interface Copy {
  readonly url: DirectUrl;
  drop(): Promise<void>;
}

/** Where the steps are tried, and by what hands. */
export interface Ground {
  /** The main line: it only goes up. */
  readonly url: DirectUrl;
  clone(): Promise<Copy>;
  /** Runs a line of the tool on a database. */
  run(line: string, url: DirectUrl): Promise<Moved>;
  /** Hears each step when it is judged. */
  tell(step: Step): void;
}

export interface WalkOptions {
  readonly project: Project;
  readonly moves: StepCommands;
  /** How many of the newest migrations are tried; the others are only applied. */
  readonly last: number;
  /** Names of migrations that are known to have no way back. */
  readonly irreversible: readonly string[];
}

interface Snapshot {
  readonly catalog: Catalog;
  readonly rows: ReadonlyMap<string, number>;
}

/**
 * Tries the newest migrations one by one: up on the main line, then on a copy of it down and up again, with the
 * catalogs compared each time. A bad way back harms its copy alone. Throws `MIGRATION_FAILED` when a way up fails.
 */
export async function walk(ground: Ground, { project, moves, last, irreversible }: WalkOptions): Promise<readonly Step[]> {
  const { revisions } = project;
  const start = Math.max(0, revisions.length - last);
  if (start > 0) await mustRun(ground, moves.up([], revisions.slice(0, start)), `the first ${start} migrations`);
  const steps: Step[] = [];
  let before = await snapshot(ground.url);
  for (const [offset, revision] of revisions.slice(start).entries()) {
    const applied = revisions.slice(0, start + offset);
    await mustRun(ground, moves.up(applied, [revision]), revision.name);
    const after = await snapshot(ground.url);
    const declared = irreversible.some((name) => name === revision.name || name === revision.id);
    const step = judge(await tryBack(ground, { project, moves, applied, revision, before, after, declared }));
    ground.tell(step);
    steps.push(step);
    before = after;
  }
  return steps;
}

interface Trial {
  readonly project: Project;
  readonly moves: StepCommands;
  readonly applied: readonly Revision[];
  readonly revision: Revision;
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly declared: boolean;
}

async function tryBack(ground: Ground, { project, moves, applied, revision, before, after, declared }: Trial): Promise<Observed> {
  const nothing: Observed = {
    step: revision.name,
    declared,
    downError: undefined,
    upError: undefined,
    back: undefined,
    again: undefined,
    rows: [],
  };
  const line = moves.down([...applied, revision]);
  if (declared || line === undefined) return { ...nothing, declared: true };
  const copy = await ground.clone();
  try {
    const down = await ground.run(line, copy.url);
    if (!down.ok) return { ...nothing, declared: moves.irreversible?.test(down.output) ?? false, downError: down.tail };
    const back = await snapshot(copy.url);
    const compare = (expected: Catalog, actual: Catalog, columnOrder = true): readonly Change[] =>
      compareCatalogs(expected, actual, { columnOrder }).filter((change) => !isLedger(change, project));
    const compared = { exact: compare(before.catalog, back.catalog, false), withoutOrder: compare(before.catalog, back.catalog) };
    const up = await ground.run(moves.up(applied, [revision]), copy.url);
    if (!up.ok) return { ...nothing, back: compared, upError: up.tail };
    const again = await snapshot(copy.url);
    const rows = rowsLost(after.rows, again.rows).filter(({ table }) => !isLedgerTable(table, project));
    return { ...nothing, back: compared, again: compare(after.catalog, again.catalog), rows };
  } finally {
    await copy.drop();
  }
}

function snapshot(url: DirectUrl): Promise<Snapshot> {
  return withSession(url, async (session) => {
    const catalog = await readCatalog(session);
    return { catalog, rows: await countRows(session, catalog) };
  });
}

async function mustRun(ground: Ground, line: string, what: string): Promise<void> {
  const { ok, tail } = await ground.run(line, ground.url);
  if (ok) return;
  throw new OffshootError("MIGRATION_FAILED", `The way up failed: ${what}.`, {
    meaning: tail,
    remedy: "Correct the migration; what follows it was not tried.",
  });
}

/** The tool's own tables come with the first migration, and stay when the last is taken back. */
function isLedger({ kind, object }: Change, { versionTable: ledger }: Project): boolean {
  return ledger.tables.some((table) => {
    if (table.endsWith(".*")) return object === table.slice(0, -2) || object.startsWith(table.slice(0, -1));
    // Postgres names the sequence and the indexes of a table after it.
    const isNamedAfter = (kind === "sequence" || kind === "index") && object.startsWith(`${table}_`);
    return object === table || object.startsWith(`${table}.`) || isNamedAfter;
  });
}

function isLedgerTable(id: string, { versionTable: ledger }: Project): boolean {
  return ledger.tables.some((table) => (table.endsWith(".*") ? id.startsWith(table.slice(0, -1)) : id === table));
}
