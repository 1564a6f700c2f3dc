import type { Context } from "../../context/context.ts";
import { withReadSession } from "../../context/read-session.ts";
import type { Project, Revision } from "../../migration-tools/tool.ts";
import { readVersionTable } from "../../migration-tools/version-table.ts";
import type { DirectUrl } from "../../postgres/url.ts";
import type { RevisionNames } from "../../rehearsal/measure/statements.ts";

/** These tools record a migration before they run it. */
const RECORD_FIRST: ReadonlySet<string> = new Set(["prisma", "golang-migrate"]);

/** How the migrations of a tool are named and recorded, with those that the copy has. Throws what `readVersionTable` throws. */
export async function revisionNames(context: Context, url: DirectUrl, project: Project | undefined): Promise<RevisionNames | undefined> {
  if (project === undefined) return undefined;
  const { tool, versionTable, revisions } = project;
  const recorded = (await withReadSession(context, url, (session) => readVersionTable(session, versionTable))) ?? [];
  const applied = versionTable.holds === "heads" ? withAncestors(recorded, revisions) : new Set(recorded);
  const names = new Map(revisions.map(({ id, name }) => [id, name]));
  return {
    table: versionTable.name,
    nameOf: (id) => names.get(id) ?? id,
    recordsFirst: RECORD_FIRST.has(tool),
    nextOf(id) {
      const [next, other] = id === undefined ? firstOf(revisions, applied) : revisions.filter(({ dependsOn }) => dependsOn.includes(id));
      return other === undefined ? next?.name : undefined;
    },
  };
}

/** The migrations that can run first: those before them are in the database. */
function firstOf(revisions: readonly Revision[], applied: ReadonlySet<string>): readonly Revision[] {
  return revisions.filter(({ id, dependsOn }) => !applied.has(id) && dependsOn.every((each) => applied.has(each)));
}

/** A table of heads has only the newest migration of each branch. The revisions are in the order in which they can be applied. */
function withAncestors(heads: readonly string[], revisions: readonly Revision[]): ReadonlySet<string> {
  const applied = new Set(heads);
  for (const { id, dependsOn } of revisions.toReversed()) if (applied.has(id)) for (const each of dependsOn) applied.add(each);
  return applied;
}
