import type { Api as Client, ApiConfig, EndpointType } from "@neondatabase/api-client";
import { factsOf, isMissing } from "./api-errors.ts";
import { toBranch, toNeonTime } from "./branches.ts";
import type { NeonClock } from "./clock.ts";
import { type Call, sendCall, type TransportOptions } from "./transport.ts";
import type { Branch, CallContext, NeonApi } from "./types.ts";

export interface ApiOptions extends TransportOptions {
  readonly apiKey: string;
  readonly project: string;
  /** Base URL; undefined: Neon's own. */
  readonly apiHost: string | undefined;
  readonly clock: NeonClock;
  /** Sends a request; default: HTTP, as Neon's client does. */
  readonly adapter?: ApiConfig["adapter"] | undefined;
}

/** Page size: few projects have more branches. Neon may send shorter pages, so only a missing `next` ends the list. */
const PAGE = 1000;

/** Neon's API in one project. The first call loads Neon's client, because loading it takes longer than the rest of a command's start. */
export function neonApi(options: ApiOptions): NeonApi {
  const { project: projectId } = options;
  let client: Promise<Loaded> | undefined;
  const loaded = (): Promise<Loaded> => (client ??= load(options));
  const send = async <T>(context: CallContext, route: string, what: string, request: Send<T>, more: Partial<Call<T>> = {}): Promise<T> => {
    const { api, readWrite } = await loaded();
    const repeatable = !route.startsWith("POST");
    return sendCall(options, context, {
      route,
      what,
      repeatable,
      ...more,
      async send(limits) {
        const reply = await request(api, limits, readWrite).catch((thrown: unknown) => {
          options.clock.observe(headersOf(thrown), context.emit);
          throw thrown;
        });
        options.clock.observe(reply.headers, context.emit);
        return jsonOf(reply.data);
      },
    });
  };
  return {
    async createBranch(request, context) {
      const { branch, endpoint, annotation_value } = request;
      const create = (type: EndpointType) => ({ branch, endpoints: [{ type, ...endpoint }] });
      const reply = await (request.anonymized
        ? send(context, "POST branch_anonymized", "create the anonymized branch", (api, limits, type) =>
            api.createProjectBranchAnonymized(
              projectId,
              { branch_create: create(type), annotation_value, start_anonymization: true },
              limits,
            ),
          )
        : send(context, "POST branches", "create the branch", (api, limits, type) =>
            api.createProjectBranch(projectId, { ...create(type), annotation_value }, limits),
          ));
      return {
        branch: toBranch(reply.branch, annotation_value),
        operations: reply.operations,
        connections: (reply.connection_uris ?? []).map((entry) => ({ uri: entry.connection_uri, ...entry.connection_parameters })),
        databases: reply.databases.map((database) => ({ name: database.name, owner: database.owner_name })),
        roles: reply.roles.map((role) => role.name),
        poolerHost: pooledHostOf(reply.endpoints[0] as Parameters<typeof pooledHostOf>[0]),
      };
    },
    async branches(search, context) {
      const found: Branch[] = [];
      for (let cursor: string | undefined; ;) {
        // Sorted by a field that never changes, so that no branch is missed between two pages.
        const page = { projectId, sort_by: "created_at", sort_order: "asc", limit: PAGE } as const;
        const query = { ...page, ...(search === undefined ? {} : { search }), ...(cursor === undefined ? {} : { cursor }) };
        const reply = await send(context, "GET branches", "list the branches", (api, limits) => api.listProjectBranches(query, limits));
        const { annotations, pagination } = reply;
        found.push(...reply.branches.map((branch) => toBranch(branch, annotations[branch.id]?.value)));
        const next = pagination?.next;
        if (next === undefined || next === "" || next === cursor || reply.branches.length === 0) return found;
        cursor = next;
      }
    },
    async deleteBranch(branchId, context, before) {
      try {
        const request: Send<unknown> = (api, limits) => api.deleteProjectBranch({ projectId, branchId }, limits);
        // The id is never used again, so a second request has no further effect. A reply with status 204 has no body.
        const reply = await send(context, "DELETE branch", "delete the branch", request, { before });
        return typeof reply === "object" && reply !== null ? "deleted" : undefined;
      } catch (thrown) {
        const facts = factsOf(thrown);
        if (facts !== undefined && isMissing(facts)) return undefined;
        throw thrown;
      }
    },
    async updateBranch(id, { name, expiresAt }, context) {
      const branch = {
        ...(name === undefined ? {} : { name }),
        ...(expiresAt === undefined ? {} : { expires_at: expiresAt && toNeonTime(expiresAt) }),
      };
      const reply = await send(context, "PATCH branch", "update the branch", (api, limits) =>
        api.updateProjectBranch(projectId, id, { branch }, limits),
      );
      return toBranch(reply.branch, undefined);
    },
    async endpoints(context) {
      const { readWrite } = await loaded();
      const reply = await send(context, "GET endpoints", "list the computes", (api, limits) => api.listProjectEndpoints(projectId, limits));
      return reply.endpoints.map((endpoint) => ({
        branchId: endpoint.branch_id,
        isReadWrite: endpoint.type === readWrite,
        lastActive: endpoint.last_active === undefined ? undefined : new Date(endpoint.last_active),
      }));
    },
    async createEndpoint(branch_id, compute, context) {
      const reply = await send(context, "POST endpoints", "create the compute", (api, limits, type) =>
        api.createProjectEndpoint(projectId, { endpoint: { branch_id, type, ...compute } }, limits),
      );
      return reply.operations;
    },
    async databases(branchId, context) {
      const reply = await send(context, "GET databases", "list the databases of the branch", (api, limits) =>
        api.listProjectBranchDatabases(projectId, branchId, limits),
      );
      return reply.databases.map((database) => ({ name: database.name, owner: database.owner_name }));
    },
    async roles(branchId, context) {
      const reply = await send(context, "GET roles", "list the roles of the branch", (api, limits) =>
        api.listProjectBranchRoles(projectId, branchId, limits),
      );
      return reply.roles.map((role) => role.name);
    },
    async connectionUri(branch_id, { role, database }, pooled, context) {
      const query = { projectId, branch_id, role_name: role, database_name: database, pooled };
      const reply = await send(context, "GET connection_uri", "return the connection URI", (api, limits) =>
        api.getConnectionUri(query, limits),
      );
      return reply.uri;
    },
    async operation(id, context) {
      const reply = await send(context, "GET operation", "return the operation", (api, limits) =>
        api.getProjectOperation(projectId, id, limits),
      );
      return reply.operation;
    },
    async anonymizedState(branchId, context) {
      const reply = await send(context, "GET anonymized_status", "return the state of the anonymization", (api, limits) =>
        api.getAnonymizedBranchStatus(projectId, branchId, limits),
      );
      return reply.state;
    },
    async projects(context) {
      const reply = await send(context, "GET projects", "list the projects", (api, limits) => api.listProjects({ limit: 100 }, limits));
      return reply.projects;
    },
  };
}

/** Throws if a proxy sent a page instead of Neon's reply. Neon may have executed the request. */
function jsonOf<T>(data: T): T {
  if (typeof data === "string" && data !== "") throw Object.assign(new Error("the reply is not JSON"), { code: "ERR_NOT_JSON" });
  return data;
}

/** The headers of a reply that the client threw as an error. */
function headersOf(thrown: unknown): unknown {
  return (thrown as { readonly response?: { readonly headers?: unknown } } | undefined)?.response?.headers;
}

interface Loaded {
  readonly api: Client<unknown>;
  /** The type of the one compute of a branch that accepts writes. */
  readonly readWrite: EndpointType;
}

type Send<T> = (
  api: Loaded["api"],
  limits: { readonly signal: AbortSignal; readonly timeout: number },
  readWrite: Loaded["readWrite"],
) => Promise<{ readonly data: T; readonly headers?: unknown }>;

async function load({ apiKey, apiHost, adapter }: ApiOptions): Promise<Loaded> {
  const { createApiClient, EndpointType } = await import("@neondatabase/api-client");
  const baseURL = apiHost === undefined ? {} : { baseURL: apiHost };
  return { api: createApiClient({ apiKey, ...baseURL, ...(adapter === undefined ? {} : { adapter }) }), readWrite: EndpointType.ReadWrite };
}

function pooledHostOf(endpoint: { readonly hosts?: { readonly read_write_pooled_host?: unknown } } | undefined): string | undefined {
  const host = endpoint?.hosts?.read_write_pooled_host;
  return typeof host === "string" && host !== "" ? host : undefined;
}
