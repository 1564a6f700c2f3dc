import { listsMigrations } from "../../context/base-record.ts";
import { type Migrations, withoutSeeds } from "../../context/migrations.ts";
import { codeOf } from "../../errors.ts";
import { type Ancestry, ancestryOf } from "../../migration-tools/ancestry.ts";
import { appliedOf } from "../../migration-tools/applied.ts";
import { hasNoTables, readVersionTable } from "../../migration-tools/version-table.ts";
import { readVersionTableElsewhere } from "../../migration-tools/version-table-elsewhere.ts";
import type { Project, Revision } from "../../migration-tools/tool.ts";
import type { Session } from "../../postgres/connect.ts";

/** What a database has of the migrations before a rehearsal. */
export interface AppliedBefore {
  /** Whether it has no migration and no table: its schema is what the database began with. */
  readonly isEmpty: boolean;
  /** How many of the migrations it has, and how many there are. Undefined where no tool of offshoot lists them. */
  readonly counted: { readonly applied: number; readonly all: number } | undefined;
  /** The migrations that it has, and those that it lacks. */
  readonly done: readonly Revision[];
  readonly pending: readonly Revision[];
  /** For each step whose tool lists its migrations. */
  readonly ancestry: readonly Ancestry[];
  /** SHA-256 of the files that were applied, where the tool records them. */
  readonly contents: readonly string[];
}

export async function appliedBefore(session: Session, migrations: Migrations): Promise<AppliedBefore> {
  const projects = withoutSeeds(migrations)
    .steps.filter(listsMigrations)
    .map(({ project }) => project);
  const read: (readonly [Project, readonly string[]])[] = [];
  const contents: string[] = [];
  for (const project of projects) {
    read.push([project, (await idsOf(session, project)) ?? []]);
    if (project.versionTable.contents !== undefined) contents.push(...(await contentsOf(session, project.versionTable)));
  }
  const done = read.flatMap(([project, recorded]) => appliedOf(project, recorded));
  const all = projects.flatMap(({ revisions }) => revisions);
  return {
    isEmpty: read.every(([, recorded]) => recorded.length === 0) && (await hasNoTables(session)),
    counted: projects.length === 0 ? undefined : { applied: done.length, all: all.length },
    done,
    pending: all.filter((revision) => !done.includes(revision)),
    ancestry: read.map(([project, recorded]) => ancestryOf(project, recorded)),
    contents,
  };
}

/** A table that can run code of the database is not read, and shows nothing. */
async function idsOf(session: Session, { versionTable, revisions }: Project): Promise<readonly string[] | undefined> {
  try {
    return (await readVersionTable(session, versionTable)) ?? (await readVersionTableElsewhere(session, versionTable, revisions));
  } catch (thrown) {
    if (codeOf(thrown) === "NOT_OURS") return undefined;
    throw thrown;
  }
}

async function contentsOf(session: Session, versionTable: Project["versionTable"]): Promise<readonly string[]> {
  const { contents = versionTable.query } = versionTable;
  const read = await readVersionTable(session, { ...versionTable, query: contents }).catch(() => undefined);
  return (read ?? []).filter((hash: string | null) => hash !== null && /^[0-9a-f]{64}$/.test(hash));
}
