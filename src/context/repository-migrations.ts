import type { RecordedVersions, RepositoryMigrations } from "../audit/rules/rule.ts";
import type { Spec } from "../audit/spec/spec.ts";
import { codeOf, isOffshootError } from "../errors.ts";
import type { Session } from "../postgres/connect.ts";
import { SQLSTATE } from "../postgres/sqlstate.ts";
import type { Project, Revision } from "../migration-tools/tool.ts";
import type { Context } from "./context.ts";
import { findProject } from "./migrations.ts";

/**
 * The project of the repository's migration tool, for an audit. Throws `TOOL_AMBIGUOUS` and its kin where the spec asks
 * for the repository's heads; an audit that doesn't goes on without knowing them.
 */
export async function projectForAudit(context: Context, spec: Spec | undefined): Promise<Project | undefined> {
  const asked = spec?.heads !== undefined || spec?.migrations.some(({ heads }) => heads === true) === true;
  try {
    return await findProject(context);
  } catch (thrown) {
    if (asked || !isOffshootError(thrown)) throw thrown;
    return undefined;
  }
}

/** What a tool says of the repository, and its table of the database. Throws the server's error. */
export async function repositoryMigrations(project: Project, session: Session): Promise<RepositoryMigrations> {
  const { headsOf } = await import("../migration-tools/revisions.ts");
  const { versionTable: ledger, revisions } = project;
  // Tools with several lines note what installed packages brought as well, whose migrations are not in the repository.
  const isWhole = revisions.every(({ line }) => line === undefined);
  return {
    heads: headsOf(revisions).map(({ id }) => id),
    known: isWhole ? revisions.map(({ id }) => id) : undefined,
    holds: ledger.holds,
    recorded: await readLedgerOf(project, session, isWhole),
  };
}

async function readLedgerOf(
  { tool, versionTable: ledger, revisions }: Project,
  session: Session,
  isWhole: boolean,
): Promise<RecordedVersions> {
  const { readVersionTable: readLedger } = await import("../migration-tools/version-table.ts");
  const { headsOf, splitHeads } = await import("../migration-tools/revisions.ts");
  const known = new Map(revisions.map((revision) => [revision.id, revision]));
  const expected = headsOf(revisions).map(labelOf);
  const several = splitHeads(revisions).flatMap(([, heads]) => heads.map(labelOf));
  const reading = { tool, table: ledger.tables[0] ?? tool, expected, several, actual: [], pending: [], unknown: [] };
  let recorded: readonly string[] | undefined;
  try {
    recorded = await readLedger(session, ledger);
  } catch (thrown) {
    if (codeOf(thrown) !== SQLSTATE.insufficientPrivilege) throw thrown;
    return { ...reading, unreadable: "permission denied" };
  }
  if (recorded === undefined) return { ...reading, unreadable: "no such table" };
  const own = recorded.flatMap((id) => known.get(id) ?? []);
  const applied = new Set(ledger.holds === "all" ? own : own.flatMap((revision) => withAncestors(revision, known)));
  const unknown = isWhole ? recorded.filter((id) => !known.has(id)) : [];
  return {
    ...reading,
    // More rows than heads are what two migrations at once leave behind.
    actual: [...(ledger.holds === "all" ? headsOf([...applied]) : own).map(labelOf), ...unknown],
    pending: revisions.filter((revision) => !applied.has(revision)).map(labelOf),
    unknown,
  };
}

function withAncestors(revision: Revision, known: ReadonlyMap<string, Revision>): readonly Revision[] {
  const found = new Set([revision]);
  for (const each of found) for (const id of each.after) for (const before of [known.get(id) ?? []].flat()) found.add(before);
  return [...found];
}

/** Both the id and the name, where one doesn't say the other. */
function labelOf({ id, name }: Revision): string {
  return name.includes(id) ? name : `${id} (${name})`;
}
