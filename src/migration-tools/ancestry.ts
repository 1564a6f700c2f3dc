import { countApplied } from "./applied.ts";
import type { Project } from "./tool.ts";

/**
 * What a version table records of the migrations of a repository. `none`: none of them. `part` and `all`: only them.
 * `other`: also migrations that the repository does not have, so it is not a state that these migrations create.
 */
export type Ancestry = "none" | "part" | "all" | "other";

/** Compares the ids of a version table with the migrations of the repository. Pure. */
export function ancestryOf(project: Pick<Project, "revisions" | "versionTable">, recorded: readonly string[]): Ancestry {
  const { revisions } = project;
  const known = new Set(revisions.map(({ id }) => id));
  if (recorded.some((id) => !known.has(id) && !isOfPackage(project, id))) return "other";
  const applied = countApplied(project, recorded);
  return applied === 0 ? "none" : applied === revisions.length ? "all" : "part";
}

/**
 * Where a tool has several sequences, its table can also have the migrations of installed packages, which are not in the repository.
 * Django names the sequence in the id.
 */
function isOfPackage({ revisions }: Pick<Project, "revisions">, id: string): boolean {
  const sequences = new Set(revisions.flatMap(({ sequence }) => sequence ?? []));
  return sequences.size > 0 && ![...sequences].some((sequence) => id.startsWith(`${sequence}.`));
}
