import { accessOf } from "../account/access.ts";
import { findProject } from "../find.ts";
import type { Neon } from "../neon.ts";
import { type Call, type Reply, refused } from "../reply.ts";
import type { Project } from "../state.ts";

export type Params = Readonly<Record<string, string>>;
export type Handler = (neon: Neon, call: Call, params: Params) => Reply | Promise<Reply>;
/** Handlers by method and path of the specification. */
export type Routes = Readonly<Record<string, Handler>>;
type InProject = (
  neon: Neon,
  project: Project,
  call: Call,
  params: Params & { readonly id: string; readonly name: string },
) => Reply | Promise<Reply>;

/** A handler for a route below a project. `id` is the branch, endpoint or snapshot of the path, `name` the role or database. */
export const inProject =
  (handler: InProject): Handler =>
  (neon, call, params) => {
    const project = findProject(neon, params["project_id"] ?? "");
    const { projectId } = accessOf(neon, call);
    if (projectId !== undefined && projectId !== project.id) throw refused(neon.switches.unknownProjectStatus, "project not found");
    return handler(neon, project, call, {
      ...params,
      id: params["branch_id"] ?? params["endpoint_id"] ?? params["snapshot_id"] ?? "",
      name: params["role_name"] ?? params["database_name"] ?? "",
    });
  };

export const PROJECT = "/projects/{project_id}";
export const BRANCH = `${PROJECT}/branches/{branch_id}`;
