import { accessOf } from "../account/access.ts";
import { closeEndpoint } from "../endpoint.ts";
import type { Neon } from "../neon.ts";
import { refuseWhenLocked } from "../operations.ts";
import { fields, number, text } from "../request-body.ts";
import { type Call, type Reply, refused } from "../reply.ts";
import type { Project } from "../state.ts";
import { projectJson } from "./json.ts";

export function getProject(neon: Neon, project: Project): Reply {
  return { status: 200, body: { project: projectJson(neon, project) } };
}

/** `PATCH /projects/{project_id}`: the name, the history and the settings, such as the list of allowed addresses. */
export function updateProject(neon: Neon, project: Project, body: unknown): Reply {
  const wanted = fields(fields(body, "body")["project"], "project");
  const settings = fields(wanted["settings"], "settings");
  project.name = text(wanted, "name") ?? project.name;
  project.historySeconds = number(wanted, "history_retention_seconds", 0, 2_592_000) ?? project.historySeconds;
  project.settings = { ...project.settings, ...settings };
  project.updatedAt = neon.clock.now();
  return { status: 200, body: { project: projectJson(neon, project), operations: [] } };
}

/** `DELETE /projects/{project_id}`: with all its branches. A key of one project, and a protected branch, refuse it. */
export async function deleteProject(neon: Neon, project: Project, call: Call): Promise<Reply> {
  if (accessOf(neon, call).kind === "project") throw refused(403, "not allowed for a project-scoped API key");
  if ([...project.branches.values()].some((branch) => branch.isProtected)) {
    throw refused(422, "cannot delete a project that has protected branches");
  }
  refuseWhenLocked(neon, project, undefined);
  neon.state.projects.delete(project.id);
  for (const endpoint of project.endpoints.values()) {
    await neon.storage?.close(endpoint);
    closeEndpoint(project, endpoint);
  }
  const images = [...project.snapshots.values()].map((snapshot) => snapshot.image);
  for (const branch of [...project.branches.values(), ...images]) await neon.storage?.drop(branch);
  return { status: 200, body: { project: projectJson(neon, project) } };
}

/** An undocumented route that Neon's own tests use. It is unknown whether customers can use it. */
export function getLimits(neon: Neon): Reply {
  if (!neon.switches.limitsRoute) throw refused(404, "not found");
  return { status: 200, body: { limits: { max_branches: neon.branchLimit, max_read_only_endpoints: -1 } } };
}
