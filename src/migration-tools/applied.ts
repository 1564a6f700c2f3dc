import type { Project } from "./tool.ts";

/** How many of the repository's revisions a version table records. `recorded`: its ids. */
export function countApplied(
  { revisions, versionTable }: Pick<Project, "revisions" | "versionTable">,
  recorded: readonly string[],
): number {
  const applied = new Set(recorded);
  if (versionTable.holds === "heads") {
    // A head implies everything on which it depends. Each revision comes after those.
    for (const { id, dependsOn } of revisions.toReversed()) if (applied.has(id)) for (const earlier of dependsOn) applied.add(earlier);
  }
  return revisions.filter(({ id }) => applied.has(id)).length;
}
