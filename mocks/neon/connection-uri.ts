import { defaultBranch, endpointsOf, findBranch, findEndpoint, findRole } from "./find.ts";
import type { Neon } from "./neon.ts";
import { type Reply, refused } from "./reply.ts";
import type { Branch, Database, Endpoint, Project, Role } from "./state.ts";
import type { Json } from "./json.ts";

/** A connection string in Neon's form. Computes that do not use TLS have one that says so. */
export function connectionUri(neon: Neon, host: string, role: Role, password: string, database: Database): string {
  const parameters =
    neon.storage !== undefined && neon.storage.rootFile === undefined ? "sslmode=disable" : "sslmode=require&channel_binding=require";
  const login = password === "" ? encodeURIComponent(role.name) : `${encodeURIComponent(role.name)}:${encodeURIComponent(password)}`;
  return `postgresql://${login}@${host}/${encodeURIComponent(database.name)}?${parameters}`;
}

/**
 * The `connection_uris` of a created branch. Missing if the parent has more than one role or database
 * (specification, ConnectionDetails).
 */
export function createdUris(neon: Neon, project: Project, branch: Branch, endpoints: readonly Endpoint[]): Json {
  const [role, otherRole] = branch.roles.values();
  const [database, otherDatabase] = branch.databases.values();
  if (role === undefined || database === undefined || otherRole !== undefined || otherDatabase !== undefined) return {};
  const endpoint = endpoints.find((candidate) => candidate.type === "read_write") ?? endpoints[0];
  const mode = neon.switches.urisWithoutEndpoint;
  if (endpoint === undefined && mode !== "present") return mode === "empty" ? { connection_uris: [] } : {};
  const password = project.storesPasswords ? role.password : "";
  const host = endpoint?.host ?? `${branch.id}.c-2.us-east-2.aws.neon.test`;
  return {
    connection_uris: [
      {
        connection_uri: connectionUri(neon, host, role, password, database),
        connection_parameters: { database: database.name, password, role: role.name, host, pooler_host: endpoint?.poolerHost ?? host },
      },
    ],
  };
}

/** `GET …/connection_uri`: of the branch `branch_id`, or of the project's default branch. */
export function getConnectionUri(neon: Neon, project: Project, query: URLSearchParams): Reply {
  const [roleName, databaseName] = [query.get("role_name"), query.get("database_name")];
  if (roleName === null || databaseName === null) throw refused(400, "database_name and role_name are required");
  const branchId = query.get("branch_id");
  const branch = branchId === null ? defaultBranch(project) : findBranch(neon, project, branchId);
  const role = findRole(branch, roleName);
  const database = branch.databases.get(databaseName);
  if (database === undefined) throw refused(404, "database not found");
  const endpointId = query.get("endpoint_id");
  const endpoint =
    endpointId === null
      ? endpointsOf(project, branch).find((candidate) => candidate.type === "read_write")
      : findEndpoint(project, endpointId);
  if (endpoint === undefined || endpoint.branchId !== branch.id) throw refused(404, "endpoint not found");
  if (!project.storesPasswords && neon.switches.uriWithoutStoredPassword === "refused") {
    throw refused(412, "passwords are not stored for this project");
  }
  const host = query.get("pooled") === "true" ? endpoint.poolerHost : endpoint.host;
  return { status: 200, body: { uri: connectionUri(neon, host, role, project.storesPasswords ? role.password : "", database) } };
}
