import { fields, requiredText, number, text, boolean } from "./request-body.ts";
import { connectionRefusal, refuseNewCompute, staysSuspended } from "./compute-limits.ts";
import { endpointsOf, findBranch, findEndpoint } from "./find.ts";
import type { Neon } from "./neon.ts";
import { unarchive, unarchiveSteps } from "./branch/archive.ts";
import { refuseWhenLocked, schedule, type Step } from "./operations.ts";
import { type Reply, refused } from "./reply.ts";
import type { Branch, Endpoint, Operation, Project } from "./state.ts";
import { endpointJson, operationJson } from "./json.ts";

/** The request for a compute. */
export interface EndpointRequest {
  readonly type: Endpoint["type"];
  readonly name: string | undefined;
  readonly minCu: number;
  readonly maxCu: number;
  readonly suspendTimeoutSeconds: number;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly disabled: boolean;
}

export function readEndpoint(neon: Neon, request: Readonly<Record<string, unknown>>): EndpointRequest {
  const type = requiredText(request, "type");
  if (type !== "read_write" && type !== "read_only") throw refused(400, "endpoint type must be read_write or read_only");
  const minCu = number(request, "autoscaling_limit_min_cu", 0.25, 56) ?? 0.25;
  const settings = fields(request["settings"], "settings");
  // Neon's own tests expect this text for settings without pg_settings.
  if (request["settings"] !== undefined && settings["pg_settings"] === undefined) throw refused(400, "settings must not be nil");
  return {
    type,
    name: text(request, "name", 64),
    minCu,
    maxCu: number(request, "autoscaling_limit_max_cu", minCu, 56) ?? Math.max(minCu, 0.25),
    suspendTimeoutSeconds: readSuspendTimeout(neon, request) ?? 0,
    settings: Object.keys(settings).length === 0 ? { pg_settings: {} } : settings,
    disabled: boolean(request, "disabled") ?? false,
  };
}

function readSuspendTimeout(neon: Neon, request: Readonly<Record<string, unknown>>): number | undefined {
  const seconds = number(request, "suspend_timeout_seconds", -1, 604_800);
  if (seconds !== undefined && !neon.switches.suspendTimeoutAllowed) {
    throw refused(400, "suspend interval changing is not allowed for your account");
  }
  return seconds;
}

/** Adds a compute at once. Its addresses are set when the promise resolves. */
export async function addEndpoint(neon: Neon, project: Project, branch: Branch, wanted: EndpointRequest): Promise<Endpoint> {
  const now = neon.clock.now();
  const id = neon.ids.id("ep");
  const endpoint: Endpoint = {
    ...wanted,
    id,
    projectId: project.id,
    branchId: branch.id,
    state: "init",
    pendingState: "active",
    // A reserved top-level domain, so that no test connects to a real host by mistake.
    host: `${id}.c-2.us-east-2.aws.neon.test`,
    poolerHost: `${id}-pooler.c-2.us-east-2.aws.neon.test`,
    createdAt: now,
    updatedAt: now,
    lastActiveAt: now,
    suspendedAt: undefined,
  };
  project.endpoints.set(id, endpoint);
  if (neon.storage !== undefined) {
    const onConnect = (): string | undefined => {
      const refusal = connectionRefusal(neon, project, endpoint);
      const branchNow = project.branches.get(endpoint.branchId);
      if (refusal === undefined && branchNow !== undefined) unarchive(neon, project, branchNow);
      return refusal;
    };
    Object.assign(endpoint, await neon.storage.open(endpoint, onConnect));
  }
  return endpoint;
}

export function startStep(neon: Neon, project: Project, endpoint: Endpoint): Step {
  const isSuspended = (): boolean => staysSuspended(neon, project, endpoint);
  return {
    action: "start_compute",
    branchId: endpoint.branchId,
    endpointId: endpoint.id,
    work: async () => void (isSuspended() || (await neon.storage?.start(endpoint))),
    done: () => setState(neon, endpoint, isSuspended() ? "idle" : "active"),
  };
}

export function suspendStep(neon: Neon, endpoint: Endpoint): Step {
  return {
    action: "suspend_compute",
    branchId: endpoint.branchId,
    endpointId: endpoint.id,
    work: () => neon.storage?.suspend(endpoint) ?? Promise.resolve(),
    done: () => setState(neon, endpoint, "idle"),
  };
}

/** Records that a compute is active or suspended. */
export function setState(neon: Neon, endpoint: Endpoint, state: "active" | "idle"): void {
  const now = neon.clock.now();
  endpoint.state = state;
  endpoint.pendingState = undefined;
  endpoint.updatedAt = now;
  if (state === "active") endpoint.lastActiveAt = now;
  else endpoint.suspendedAt = now;
}

export function closeEndpoint(project: Project, endpoint: Endpoint): void {
  project.endpoints.delete(endpoint.id);
}

export function listEndpoints(neon: Neon, project: Project): Reply {
  return { status: 200, body: { endpoints: [...project.endpoints.values()].map((endpoint) => endpointJson(neon, endpoint, project)) } };
}

export function getEndpoint(neon: Neon, project: Project, id: string): Reply {
  return { status: 200, body: { endpoint: endpointJson(neon, findEndpoint(project, id), project) } };
}

export async function createEndpoint(neon: Neon, project: Project, body: unknown): Promise<Reply> {
  const request = fields(fields(body, "body")["endpoint"], "endpoint");
  const branch = findBranch(neon, project, requiredText(request, "branch_id", 60));
  const wanted = readEndpoint(neon, request);
  refuseWhenLocked(neon, project, branch);
  refuseNewCompute(neon);
  if (wanted.type === "read_write" && endpointsOf(project, branch).some((endpoint) => endpoint.type === "read_write")) {
    throw refused(409, "read_write endpoint already exists", neon.switches.errorCodes ? "ENDPOINTS_LIMIT_EXCEEDED" : "");
  }
  const endpoint = await addEndpoint(neon, project, branch, wanted);
  return answer(neon, project, endpoint, schedule(neon, project, [startStep(neon, project, endpoint)]), 201);
}

export function updateEndpoint(neon: Neon, project: Project, id: string, body: unknown): Reply {
  const endpoint = findEndpoint(project, id);
  const request = fields(fields(body, "body")["endpoint"], "endpoint");
  const wanted = readEndpoint(neon, { ...request, type: endpoint.type });
  refuseWhenLocked(neon, project, findBranch(neon, project, endpoint.branchId));
  if (request["autoscaling_limit_min_cu"] !== undefined) endpoint.minCu = wanted.minCu;
  if (request["autoscaling_limit_max_cu"] !== undefined) endpoint.maxCu = wanted.maxCu;
  if (request["suspend_timeout_seconds"] !== undefined) endpoint.suspendTimeoutSeconds = wanted.suspendTimeoutSeconds;
  endpoint.name = wanted.name ?? endpoint.name;
  endpoint.disabled = boolean(request, "disabled") ?? endpoint.disabled;
  endpoint.updatedAt = neon.clock.now();
  const steps = endpoint.state === "active" ? [{ action: "apply_config", branchId: endpoint.branchId, endpointId: endpoint.id }] : [];
  return answer(neon, project, endpoint, schedule(neon, project, steps));
}

export function deleteEndpoint(neon: Neon, project: Project, id: string): Reply {
  const endpoint = project.endpoints.get(id);
  if (endpoint === undefined) return { status: 204 };
  const branch = findBranch(neon, project, endpoint.branchId);
  if (branch.isProtected) throw refused(422, "cannot delete an endpoint of a protected branch");
  if (branch.restrictedActions.some((action) => action.name === "delete-rw-endpoint"))
    throw refused(422, "cannot delete the endpoint of an anonymized branch");
  refuseWhenLocked(neon, project, branch);
  const operations = schedule(neon, project, [
    {
      ...suspendStep(neon, endpoint),
      work: () => neon.storage?.close(endpoint) ?? Promise.resolve(),
      done: () => closeEndpoint(project, endpoint),
    },
  ]);
  return answer(neon, project, endpoint, operations);
}

export function startEndpoint(neon: Neon, project: Project, id: string): Reply {
  const endpoint = findEndpoint(project, id);
  if (endpoint.disabled) throw refused(422, "endpoint is disabled");
  if (endpoint.state !== "idle") return answer(neon, project, endpoint, []);
  refuseWhenLocked(neon, project, findBranch(neon, project, endpoint.branchId));
  endpoint.pendingState = "active";
  const steps = [...unarchiveSteps(neon, project, findBranch(neon, project, endpoint.branchId)), startStep(neon, project, endpoint)];
  return answer(neon, project, endpoint, schedule(neon, project, steps));
}

export function suspendEndpoint(neon: Neon, project: Project, id: string): Reply {
  const endpoint = findEndpoint(project, id);
  if (endpoint.pendingState !== undefined) throw refused(423, "endpoint is in some transitive state, could not suspend");
  if (endpoint.state === "idle") return answer(neon, project, endpoint, []);
  refuseWhenLocked(neon, project, findBranch(neon, project, endpoint.branchId));
  endpoint.pendingState = "idle";
  return answer(neon, project, endpoint, schedule(neon, project, [suspendStep(neon, endpoint)]));
}

export function restartEndpoint(neon: Neon, project: Project, id: string): Reply {
  const endpoint = findEndpoint(project, id);
  if (endpoint.state === "idle") throw refused(422, "endpoint is not active");
  refuseWhenLocked(neon, project, findBranch(neon, project, endpoint.branchId));
  return answer(neon, project, endpoint, schedule(neon, project, [suspendStep(neon, endpoint), startStep(neon, project, endpoint)]));
}

function answer(neon: Neon, project: Project, endpoint: Endpoint, operations: readonly Operation[], status = 200): Reply {
  const endpointWire = endpointJson(neon, endpoint, project);
  return { status, body: { endpoint: endpointWire, operations: operations.map((operation) => operationJson(neon, operation)) } };
}
