import { findBranch } from "../find.ts";
import { timestamp } from "../json.ts";
import type { Neon } from "../neon.ts";
import { fields, text } from "../request-body.ts";
import { type Reply, refused } from "../reply.ts";
import type { Branch, Project } from "../state.ts";

/** `GET …/auth`: Neon Auth of a branch. 404 if it is not enabled. */
export function getAuthOf(neon: Neon, project: Project, id: string): Reply {
  const branch = findBranch(neon, project, id);
  const { authDatabase } = branch.features;
  if (authDatabase === undefined) throw refused(404, "Neon Auth is not enabled for this branch");
  return {
    status: 200,
    body: {
      auth_provider: "better_auth",
      auth_provider_project_id: project.id,
      branch_id: id,
      db_name: authDatabase,
      created_at: timestamp(branch.createdAt),
      owned_by: "neon",
      ...addresses(branch),
    },
  };
}

export function enableAuth(neon: Neon, project: Project, id: string, body: unknown): Reply {
  const branch = findBranch(neon, project, id);
  if (branch.features.authDatabase !== undefined) throw refused(409, "Neon Auth is already enabled");
  branch.features.authDatabase = text(fields(body, "body"), "database_name", 63) ?? "neondb";
  return {
    status: 201,
    body: {
      auth_provider: "better_auth",
      auth_provider_project_id: project.id,
      pub_client_key: "",
      secret_server_key: "",
      schema_name: "neon_auth",
      table_name: "user",
      ...addresses(branch),
    },
  };
}

/** `GET …/data-api/{database_name}`. 404 if it is not enabled. */
export function getDataApi(neon: Neon, project: Project, id: string, database: string): Reply {
  const branch = findBranch(neon, project, id);
  if (!branch.features.dataApis.has(database)) throw refused(404, "the Data API is not enabled for this database");
  return { status: 200, body: { url: dataApiUrl(branch, database), status: "active" } };
}

export function enableDataApi(neon: Neon, project: Project, id: string, database: string): Reply {
  const branch = findBranch(neon, project, id);
  if (!branch.databases.has(database)) throw refused(404, "database not found");
  if (branch.features.dataApis.has(database)) throw refused(409, "the Data API is already enabled");
  branch.features.dataApis.add(database);
  return { status: 201, body: { url: dataApiUrl(branch, database) } };
}

/** A service that the mock does not have, as Neon answers in a region without it. */
export function notEnabled(neon: Neon, project: Project, id: string): Reply {
  findBranch(neon, project, id);
  throw refused(404, "this service is not enabled for this project");
}

function addresses(branch: Branch): object {
  const base = `https://${branch.id}.neonauth.us-east-2.aws.neon.test/auth`;
  return { base_url: base, jwks_url: `${base}/.well-known/jwks.json` };
}

function dataApiUrl(branch: Branch, database: string): string {
  return `https://${branch.id}.apirest.us-east-2.aws.neon.test/${encodeURIComponent(database)}/rest/v1`;
}
