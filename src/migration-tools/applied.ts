import type { Project, Revision } from "./tool.ts";

/** How many of the repository's revisions a version table records. `recorded`: its ids. */
export function countApplied(project: Pick<Project, "revisions" | "versionTable">, recorded: readonly string[]): number {
  return appliedOf(project, recorded).length;
}

/** The repository's revisions that a version table records. `recorded`: its ids. Pure. */
export function appliedOf(
  { revisions, versionTable }: Pick<Project, "revisions" | "versionTable">,
  recorded: readonly string[],
): readonly Revision[] {
  const applied = new Set(recorded);
  if (versionTable.holds === "heads") {
    // A head implies everything on which it depends. Each revision comes after those.
    for (const { id, dependsOn } of revisions.toReversed()) if (applied.has(id)) for (const earlier of dependsOn) applied.add(earlier);
  }
  return revisions.filter(({ id }) => applied.has(id));
}
