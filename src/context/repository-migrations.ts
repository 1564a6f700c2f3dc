import type { RecordedVersions, RepositoryMigrations } from "../audit/rules/rule.ts";
import type { Spec } from "../audit/spec/spec.ts";
import { codeOf, isOffshootError } from "../errors.ts";
import type { Session } from "../postgres/connect.ts";
import { SQLSTATE } from "../postgres/sqlstate.ts";
import type { Project, Revision } from "../migration-tools/tool.ts";
import type { Context } from "./context.ts";
import { findProject } from "./find-project.ts";

/**
 * The project of the repository's migration tool, for an audit. Undefined when there is none, or when it cannot be
 * determined and the spec does not need it. Throws what `findProject` throws when the spec requires the newest migration.
 */
export async function projectForAudit(context: Context, spec: Spec | undefined): Promise<Project | undefined> {
  const isRequired = spec?.heads !== undefined || spec?.migrations.some(({ heads }) => heads === true) === true;
  try {
    const project = (await findProject(context))?.project;
    return project?.unchecked !== undefined && project.revisions.length === 0 ? undefined : project;
  } catch (thrown) {
    if (isRequired || !isOffshootError(thrown)) throw thrown;
    return undefined;
  }
}

/** The migrations of the repository, compared with the version table of the database. Throws the server's error. */
export async function repositoryMigrations(project: Project, session: Session): Promise<RepositoryMigrations> {
  const { headsOf, recordedHeadsOf } = await import("../migration-tools/revisions.ts");
  const { versionTable, revisions } = project;
  // A tool with several lines also records migrations of installed packages, which are not in the repository.
  const isWhole = revisions.every(({ sequence: line }) => line === undefined);
  return {
    heads: (versionTable.holds === "heads" ? recordedHeadsOf : headsOf)(revisions).map(({ id }) => id),
    known: isWhole ? revisions.map(({ id }) => id) : undefined,
    holds: versionTable.holds,
    recorded: await recordedVersions(project, session, isWhole),
  };
}

async function recordedVersions({ tool, versionTable, revisions }: Project, session: Session, isWhole: boolean): Promise<RecordedVersions> {
  const { readVersionTable } = await import("../migration-tools/version-table.ts");
  const { headsOf, recordedHeadsOf, splitHeads } = await import("../migration-tools/revisions.ts");
  const known = new Map(revisions.map((revision) => [revision.id, revision]));
  const expected = (versionTable.holds === "heads" ? recordedHeadsOf : headsOf)(revisions).map(labelOf);
  const several = splitHeads(revisions).flatMap(([, heads]) => heads.map(labelOf));
  const reading = { tool, table: versionTable.tables[0] ?? tool, expected, several, actual: [], pending: [], unknown: [] };
  let recorded: readonly string[] | undefined;
  try {
    recorded = await readVersionTable(session, versionTable);
  } catch (thrown) {
    if (codeOf(thrown) === "NOT_OURS") return { ...reading, unreadable: "reading it can run code of the database" };
    if (codeOf(thrown) !== SQLSTATE.insufficientPrivilege) throw thrown;
    return { ...reading, unreadable: "permission denied" };
  }
  if (recorded === undefined) return { ...reading, unreadable: "no such table" };
  const own = recorded.flatMap((id) => known.get(id) ?? []);
  const applied = new Set(versionTable.holds === "all" ? own : own.flatMap((revision) => withAncestors(revision, known)));
  const unknown = isWhole ? recorded.filter((id) => !known.has(id)) : [];
  return {
    ...reading,
    // Two migrations at the same time leave more rows than there are newest migrations.
    actual: [...(versionTable.holds === "all" ? headsOf([...applied]) : own).map(labelOf), ...unknown],
    pending: revisions.filter((revision) => !applied.has(revision)).map(labelOf),
    unknown,
  };
}

function withAncestors(revision: Revision, known: ReadonlyMap<string, Revision>): readonly Revision[] {
  const found = new Set([revision]);
  for (const each of found) for (const id of each.dependsOn) for (const before of [known.get(id) ?? []].flat()) found.add(before);
  return [...found];
}

/** The name, with the id if the name does not contain it. */
function labelOf({ id, name }: Revision): string {
  return name.includes(id) ? name : `${id} (${name})`;
}
