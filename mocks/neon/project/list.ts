import { accessOf } from "../account/access.ts";
import { readCursor, writeCursor } from "../branch/list.ts";
import type { Neon } from "../neon.ts";
import { type Call, type Reply, refused } from "../reply.ts";
import type { Project } from "../state.ts";
import { summaryJson } from "./json.ts";

/** `GET /projects`: one page of the projects that the key can read. `limit` is 10 by default and at most 400 (specification). */
export function listProjects(neon: Neon, call: Call): Reply {
  const { projectId } = accessOf(neon, call);
  const { page, pagination } = pageOf(neon, call.query, (project) => !project.isShared && (projectId ?? project.id) === project.id);
  const orgId = call.query.get("org_id");
  const ofOrganization = page.filter((project) => orgId === null || summaryJson(project)["org_id"] === orgId);
  return {
    status: 200,
    body: {
      projects: ofOrganization.map((project) => ({ ...summaryJson(project), active_time: 0 })),
      ...pagination,
      applications: {},
      integrations: {},
    },
  };
}

/** `GET /projects/shared`: the projects of other accounts that this one may read. */
export function listSharedProjects(neon: Neon, call: Call): Reply {
  const { kind } = accessOf(neon, call);
  const { page, pagination } = pageOf(neon, call.query, (project) => project.isShared && kind === "user");
  return { status: 200, body: { projects: page.map((project) => ({ ...summaryJson(project), active_time: 0 })), ...pagination } };
}

function pageOf(neon: Neon, query: URLSearchParams, isWanted: (project: Project) => boolean) {
  const search = query.get("search") ?? "";
  const limit = Number(query.get("limit") ?? "10");
  if (!Number.isInteger(limit) || limit < 1 || limit > 400) throw refused(400, "limit must be 1 to 400");
  const found = [...neon.state.projects.values()].filter(
    (project) => isWanted(project) && (project.name.includes(search) || project.id.includes(search)),
  );
  const after = readCursor(query.get("cursor"));
  const rest = after === undefined ? found : found.slice(found.findIndex((project) => project.id === after) + 1);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  // Neon returns a cursor with the last page too. A client stops at an empty page.
  return { page, pagination: last === undefined ? {} : { pagination: { cursor: writeCursor(last.id) } } };
}
