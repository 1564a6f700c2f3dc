import { fields, requiredText, text } from "../request-body.ts";
import { findProject } from "../find.ts";
import { type Json, timestamp } from "../json.ts";
import type { Neon } from "../neon.ts";
import { type Call, type Reply, refused } from "../reply.ts";
import type { ApiKey } from "../state.ts";
import { refuseOtherOrganization } from "./account.ts";
import { refuseProjectKey } from "./access.ts";
import { USER_ID } from "./organization.ts";

/** `POST …/api_keys`: the reply is the only one that contains the key. A key of an organization can be limited to one project. */
export function createApiKey(neon: Neon, call: Call, orgId?: string): Reply {
  refuse(neon, call, orgId);
  const request = fields(call.body, "body");
  const projectId = orgId === undefined ? undefined : text(request, "project_id", 60);
  if (projectId !== undefined) findProject(neon, projectId);
  const made: ApiKey = {
    id: neon.ids.number(),
    key: `napi_${neon.ids.uuid().replaceAll("-", "")}`,
    name: requiredText(request, "key_name", 64),
    orgId,
    projectId,
    createdAt: neon.clock.now(),
    lastUsedAt: undefined,
  };
  neon.state.apiKeys.push(made);
  return { status: 200, body: { ...common(made), key: made.key, created_by: USER_ID } };
}

export function listApiKeys(neon: Neon, call: Call, orgId?: string): Reply {
  refuse(neon, call, orgId);
  const creator = { id: USER_ID, name: "Mock Person", image: "" };
  return {
    status: 200,
    body: keysOf(neon, orgId).map((key) => ({ ...common(key), ...use(key), created_by: creator })),
  };
}

export function revokeApiKey(neon: Neon, call: Call, id: string, orgId?: string): Reply {
  refuse(neon, call, orgId);
  const key = keysOf(neon, orgId).find((each) => String(each.id) === id);
  if (key === undefined) throw refused(404, "API key not found");
  neon.state.apiKeys.splice(neon.state.apiKeys.indexOf(key), 1);
  return { status: 200, body: { ...common(key), ...use(key), created_by: USER_ID, revoked: true } };
}

function keysOf(neon: Neon, orgId: string | undefined): readonly ApiKey[] {
  return neon.state.apiKeys.filter((key) => key.orgId === orgId);
}

function refuse(neon: Neon, call: Call, orgId: string | undefined): void {
  if (orgId === undefined) refuseProjectKey(neon, call);
  else refuseOtherOrganization(neon, call, orgId);
}

function common(key: ApiKey): Json {
  const project = key.projectId === undefined ? {} : { project_id: key.projectId };
  return { id: key.id, name: key.name, created_at: timestamp(key.createdAt), ...project };
}

function use(key: ApiKey): Json {
  const at = key.lastUsedAt === undefined ? {} : { last_used_at: timestamp(key.lastUsedAt) };
  return { ...at, last_used_from_addr: key.lastUsedAt === undefined ? "" : "127.0.0.1" };
}
