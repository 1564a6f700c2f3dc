import { getAuth, getOrganization, getUser, listOrganizations } from "./account.ts";
import { createBranch } from "./branch/create.ts";
import { deleteBranch } from "./branch/delete.ts";
import { createAnonymizedBranch, createdReply, getBranch, listBranchEndpoints } from "./branch/get.ts";
import { countBranches, listBranches, pageLength, readCursor, writeCursor } from "./branch/list.ts";
import { restoreBranch } from "./branch/restore.ts";
import { makeDefault, recoverBranch, updateBranch } from "./branch/update.ts";
import { createDatabase, deleteDatabase, getDatabase, listDatabases } from "./database.ts";
import { createEndpoint, deleteEndpoint, restartEndpoint, startEndpoint, suspendEndpoint, updateEndpoint } from "./endpoint.ts";
import { findBranch, findEndpoint, findProject } from "./find.ts";
import type { Neon } from "./neon.ts";
import { getLimits, getProject, listProjects } from "./project.ts";
import { type Call, type Reply, refused } from "./reply.ts";
import { createRole, deleteRole, getRole, listRoles, resetPassword, revealPassword } from "./role.ts";
import type { Project } from "./state.ts";
import { getConnectionUri } from "./connection-uri.ts";
import { endpointJson, operationJson, timestamp } from "./json.ts";

type Params = Readonly<Record<string, string>>;
type Handler = (neon: Neon, call: Call, params: Params) => Reply | Promise<Reply>;
type InProject = (neon: Neon, project: Project, call: Call, params: Params & { readonly id: string }) => Reply | Promise<Reply>;

/** A handler for a route below a project. `id` is the branch or the endpoint of the path. */
const inProject =
  (handler: InProject): Handler =>
  (neon, call, params) =>
    handler(neon, findProject(neon, params["project_id"] ?? ""), call, {
      ...params,
      id: params["branch_id"] ?? params["endpoint_id"] ?? "",
    });

const PROJECT = "/projects/{project_id}";
const BRANCH = `${PROJECT}/branches/{branch_id}`;
const ENDPOINT = `${PROJECT}/endpoints/{endpoint_id}`;
const ROLE = `${BRANCH}/roles/{role_name}`;
const DATABASE = `${BRANCH}/databases/{database_name}`;

/** All routes of the mock, by method and path of the specification. */
export const ROUTES: Readonly<Record<string, Handler>> = {
  "GET /auth": getAuth,
  "GET /users/me": getUser,
  "GET /users/me/organizations": listOrganizations,
  "GET /organizations/{org_id}": (neon, _call, params) => getOrganization(neon, params["org_id"] ?? ""),
  "GET /projects": (neon, call) => listProjects(neon, call.query),
  [`GET ${PROJECT}`]: inProject((_neon, project) => getProject(project)),
  [`GET ${PROJECT}/limits`]: inProject((neon) => getLimits(neon)),
  [`GET ${PROJECT}/connection_uri`]: inProject((neon, project, { query }) => getConnectionUri(neon, project, query)),
  [`GET ${PROJECT}/branches`]: inProject((neon, project, { query }) => listBranches(neon, project, query)),
  [`GET ${PROJECT}/branches/count`]: inProject((neon, project, { query }) => countBranches(neon, project, query)),
  [`POST ${PROJECT}/branches`]: inProject(async (neon, project, { body }) =>
    createdReply(neon, project, await createBranch(neon, project, body)),
  ),
  [`POST ${PROJECT}/branch_anonymized`]: inProject((neon, project, { body }) => createAnonymizedBranch(neon, project, body)),
  [`GET ${BRANCH}`]: inProject((neon, project, _call, { id }) => getBranch(neon, project, id)),
  [`PATCH ${BRANCH}`]: inProject((neon, project, { body }, { id }) => updateBranch(neon, project, id, body)),
  [`DELETE ${BRANCH}`]: inProject((neon, project, _call, { id }) => deleteBranch(neon, project, id)),
  [`POST ${BRANCH}/restore`]: inProject((neon, project, { body }, { id }) => restoreBranch(neon, project, id, body)),
  [`POST ${BRANCH}/recover`]: inProject((neon, project, _call, { id }) => recoverBranch(neon, project, id)),
  [`POST ${BRANCH}/set_as_default`]: inProject((neon, project, _call, { id }) => makeDefault(neon, project, id)),
  [`GET ${BRANCH}/endpoints`]: inProject((neon, project, _call, { id }) => listBranchEndpoints(neon, project, id)),
  [`GET ${BRANCH}/anonymized_status`]: inProject((neon, project, _call, { id }) => anonymizedStatus(neon, project, id)),
  [`GET ${BRANCH}/roles`]: inProject((neon, project, _call, { id }) => listRoles(neon, project, id)),
  [`POST ${BRANCH}/roles`]: inProject((neon, project, { body }, { id }) => createRole(neon, project, id, body)),
  [`GET ${ROLE}`]: inProject((neon, project, _call, params) => getRole(neon, project, params.id, named(params, "role_name"))),
  [`DELETE ${ROLE}`]: inProject((neon, project, _call, params) => deleteRole(neon, project, params.id, named(params, "role_name"))),
  [`GET ${ROLE}/reveal_password`]: inProject((neon, project, _call, params) =>
    revealPassword(neon, project, params.id, named(params, "role_name")),
  ),
  [`POST ${ROLE}/reset_password`]: inProject((neon, project, _call, params) =>
    resetPassword(neon, project, params.id, named(params, "role_name")),
  ),
  [`GET ${BRANCH}/databases`]: inProject((neon, project, _call, { id }) => listDatabases(neon, project, id)),
  [`POST ${BRANCH}/databases`]: inProject((neon, project, { body }, { id }) => createDatabase(neon, project, id, body)),
  [`GET ${DATABASE}`]: inProject((neon, project, _call, params) => getDatabase(neon, project, params.id, named(params, "database_name"))),
  [`DELETE ${DATABASE}`]: inProject((neon, project, _call, params) =>
    deleteDatabase(neon, project, params.id, named(params, "database_name")),
  ),
  [`GET ${PROJECT}/endpoints`]: inProject((neon, project) => listEndpoints(neon, project)),
  [`POST ${PROJECT}/endpoints`]: inProject((neon, project, { body }) => createEndpoint(neon, project, body)),
  [`GET ${ENDPOINT}`]: inProject((neon, project, _call, { id }) => ({
    status: 200,
    body: { endpoint: endpointJson(neon, findEndpoint(project, id), project) },
  })),
  [`PATCH ${ENDPOINT}`]: inProject((neon, project, { body }, { id }) => updateEndpoint(neon, project, id, body)),
  [`DELETE ${ENDPOINT}`]: inProject((neon, project, _call, { id }) => deleteEndpoint(neon, project, id)),
  [`POST ${ENDPOINT}/start`]: inProject((neon, project, _call, { id }) => startEndpoint(neon, project, id)),
  [`POST ${ENDPOINT}/restart`]: inProject((neon, project, _call, { id }) => restartEndpoint(neon, project, id)),
  [`POST ${ENDPOINT}/suspend`]: inProject((neon, project, _call, { id }) => suspendEndpoint(neon, project, id)),
  [`GET ${PROJECT}/operations`]: inProject((neon, project, { query }) => listOperations(neon, project, query)),
  [`GET ${PROJECT}/operations/{operation_id}`]: inProject((neon, _project, _call, params) =>
    getOperation(neon, named(params, "operation_id")),
  ),
};

interface Found {
  /** Method and path with names in place of ids. */
  readonly route: string;
  readonly handler: Handler;
  readonly params: Params;
}

/** The route of a call, or undefined. A fixed segment comes before a parameter, so `branches/count` does not mean a branch. */
export function findRoute(method: string, path: string): Found | undefined {
  const segments = path.split("/");
  const candidates = TABLE.filter((entry) => entry.method === method && entry.segments.length === segments.length);
  const match = candidates.find((entry) =>
    entry.segments.every((segment, index) => segment.startsWith("{") || segment === segments[index]),
  );
  if (match === undefined) return undefined;
  const values = match.segments.flatMap((segment, index) =>
    segment.startsWith("{") ? [[segment.slice(1, -1), decodeURIComponent(segments[index] ?? "")] as const] : [],
  );
  return { route: match.route, handler: match.handler, params: Object.fromEntries(values) };
}

const TABLE = Object.entries(ROUTES)
  .map(([key, handler]) => {
    const [method = "", route = ""] = key.split(" ");
    return { method, route, handler, segments: route.split("/") };
  })
  .toSorted((left, right) => left.route.split("{").length - right.route.split("{").length);

function named(params: Params, name: string): string {
  return params[name] ?? "";
}

function listEndpoints(neon: Neon, project: Project): Reply {
  return { status: 200, body: { endpoints: [...project.endpoints.values()].map((endpoint) => endpointJson(neon, endpoint, project)) } };
}

function anonymizedStatus(neon: Neon, project: Project, id: string): Reply {
  const branch = findBranch(neon, project, id);
  if (branch.restrictedActions.length === 0) throw refused(404, "branch is not anonymized");
  return {
    status: 200,
    body: {
      branch_id: id,
      project_id: project.id,
      state: "anonymized",
      status_message: "",
      created_at: timestamp(branch.createdAt),
      updated_at: timestamp(branch.updatedAt),
    },
  };
}

function listOperations(neon: Neon, project: Project, query: URLSearchParams): Reply {
  const all = [...neon.state.operations.values()].filter((operation) => operation.projectId === project.id).toReversed();
  const after = readCursor(query.get("cursor"));
  const rest = after === undefined ? all : all.slice(all.findIndex((operation) => operation.id === after) + 1);
  const page = rest.slice(0, pageLength(neon, query, 1_000));
  const last = page.at(-1);
  return {
    status: 200,
    body: {
      operations: page.map((operation) => operationJson(neon, operation)),
      ...(last !== undefined && rest.length > page.length ? { pagination: { cursor: writeCursor(last.id) } } : {}),
    },
  };
}

function getOperation(neon: Neon, id: string): Reply {
  const operation = neon.state.operations.get(id);
  if (operation === undefined) throw refused(404, "operation not found");
  return { status: 200, body: { operation: operationJson(neon, operation) } };
}
