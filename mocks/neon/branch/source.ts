import { text } from "../request-body.ts";
import { defaultBranch, isVisible } from "../find.ts";
import type { Neon } from "../neon.ts";
import { refused } from "../reply.ts";
import type { Branch, Project } from "../state.ts";

/** The source of a new branch. */
export interface Source {
  readonly parent: Branch;
  readonly lsn: string | undefined;
  readonly timestamp: string | undefined;
  readonly initSource: string;
  /** A schema-only branch has no parent and counts as a root branch. */
  readonly isRoot: boolean;
}

const INIT_SOURCES = ["parent-data", "schema-only", "parent-schema"];

/** Reads the parent, the point in time and the kind of copy. Checks that the point is within the history. */
export function readSource(neon: Neon, project: Project, wanted: Readonly<Record<string, unknown>>): Source {
  // An empty id means the default branch (specification, BranchCreateRequest).
  const parent = parentOf(neon, project, wanted["parent_id"] === "" ? undefined : text(wanted, "parent_id", 60));
  const initSource = text(wanted, "init_source") ?? "parent-data";
  if (!INIT_SOURCES.includes(initSource)) throw refused(400, `init_source ${initSource} is not supported`);
  return {
    parent,
    ...readPoint(neon, project, text(wanted, "parent_lsn"), text(wanted, "parent_timestamp")),
    initSource,
    isRoot: initSource === "schema-only" || (initSource === "parent-schema" && neon.switches.parentSchemaIsRoot),
  };
}

/** A log position or a time within the project's history. */
export function readPoint(neon: Neon, project: Project, lsn: string | undefined, timestamp: string | undefined) {
  if (lsn !== undefined && timestamp !== undefined) throw refused(400, "only one of lsn and timestamp can be given");
  if (lsn !== undefined && !/^[0-9a-f]{1,8}\/[0-9a-f]{1,8}$/i.test(lsn)) throw refused(400, "invalid lsn");
  if (timestamp !== undefined) {
    const ms = Date.parse(timestamp);
    if (Number.isNaN(ms)) throw refused(400, "invalid timestamp");
    const now = neon.clock.now();
    if (ms > now || ms < now - project.historySeconds * 1000) throw refused(400, "timestamp is outside of the history of the project");
  }
  return { lsn, timestamp };
}

/** The parent that a request names, or the default branch. */
function parentOf(neon: Neon, project: Project, id: string | undefined): Branch {
  if (id === undefined) return defaultBranch(project);
  const parent = project.branches.get(id);
  if (parent === undefined || !isVisible(neon, parent) || parent.deletedAt !== undefined) {
    throw refused(neon.switches.unknownParentStatus, "parent branch not found");
  }
  return parent;
}
