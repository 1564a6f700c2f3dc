import { isVisible } from "../find.ts";
import type { Neon } from "../neon.ts";
import { type Reply, refused } from "../reply.ts";
import type { Branch, Project } from "../state.ts";
import { annotationJson, branchJson } from "../json.ts";

const SORT_KEYS = {
  name: (branch: Branch): string => branch.name,
  created_at: (branch: Branch): string => String(branch.createdAt).padStart(16, "0"),
  updated_at: (branch: Branch): string => String(branch.updatedAt).padStart(16, "0"),
} as const;

/** `GET …/branches`: one page, with the annotations of its branches. Default order: `updated_at`, newest first. */
export function listBranches(neon: Neon, project: Project, query: URLSearchParams): Reply {
  const by = query.get("sort_by") ?? "updated_at";
  const order = (query.get("sort_order") ?? "desc").toLowerCase();
  if (!(by in SORT_KEYS) || !["asc", "desc"].includes(order)) throw refused(400, "invalid sort_by or sort_order");
  const key = (branch: Branch): string => `${SORT_KEYS[by as keyof typeof SORT_KEYS](branch)} ${branch.id}`;
  const sorted = matching(neon, project, query)
    .map((branch) => ({ branch, key: key(branch) }))
    .toSorted((left, right) => (left.key < right.key ? -1 : 1));
  if (order === "desc") sorted.reverse();
  const after = readCursor(query.get("cursor"));
  const rest = after === undefined ? sorted : sorted.filter((entry) => (order === "desc" ? entry.key < after : entry.key > after));
  const page = rest.slice(0, pageLength(neon, query, 10_000));
  const last = page.at(-1);
  const annotated = page.filter(({ branch }) => branch.annotation !== undefined);
  return {
    status: 200,
    body: {
      branches: page.map(({ branch }) => branchJson(neon, branch)),
      annotations: Object.fromEntries(annotated.map(({ branch }) => [branch.id, annotationJson(branch)])),
      pagination: {
        ...(last !== undefined && rest.length > page.length ? { next: writeCursor(last.key) } : {}),
        sort_by: by,
        sort_order: order.toUpperCase(),
      },
    },
  };
}

export function countBranches(neon: Neon, project: Project, query: URLSearchParams): Reply {
  return { status: 200, body: { count: matching(neon, project, query).length } };
}

/** The length of a page: the requested `limit`, and at most the page size of the mock. */
export function pageLength(neon: Neon, query: URLSearchParams, max: number): number {
  const requested = query.get("limit");
  const limit = requested === null ? neon.pageSize : Number(requested);
  if (!Number.isInteger(limit) || limit < 1 || limit > max) throw refused(400, `limit must be 1 to ${max}`);
  return Math.min(limit, neon.pageSize);
}

export function writeCursor(key: string): string {
  return Buffer.from(key).toString("base64url");
}

export function readCursor(cursor: string | null): string | undefined {
  return cursor === null || cursor === "" ? undefined : Buffer.from(cursor, "base64url").toString();
}

function matching(neon: Neon, project: Project, query: URLSearchParams): Branch[] {
  const search = query.get("search") ?? "";
  const withDeleted = query.get("include_deleted") === "true";
  return [...project.branches.values()].filter((branch) => {
    if (!isVisible(neon, branch) && !(withDeleted && branch.isDeleted)) return false;
    if (branch.hiddenLists > 0) {
      branch.hiddenLists -= 1;
      return false;
    }
    return branch.name.includes(search) || branch.id.includes(search);
  });
}
