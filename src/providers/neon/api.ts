import type { Api as Client, ApiConfig, EndpointType } from "@neondatabase/api-client";
import { type Branch, toBranch } from "./branch.ts";
import type { Bounds } from "./bounds.ts";
import { call, type Caller, type Call } from "./call.ts";
import { factsOf, isMissing } from "./failure.ts";
import type { Connection, Created, Endpoint, Operation, Owned, Request } from "./wire.ts";

export interface ApiOptions extends Caller {
  readonly apiKey: string;
  readonly project: string;
  /** Base URL; undefined: Neon's own. */
  readonly apiHost: string | undefined;
  /** Sends a request; default the client's own way over HTTP. */
  readonly adapter?: ApiConfig["adapter"] | undefined;
}

/** What we ask of Neon's API in one project. Every call is bounded, paced, retried where that is safe, and throws our errors only. */
export interface NeonApi {
  /** Never sent again by itself after a lost reply. Throws what `callFailure` makes. */
  createBranch(request: Request, bounds: Bounds): Promise<Created>;
  /** Every page; `search` is a part of a name or an id. */
  branches(search: string | undefined, bounds: Bounds): Promise<readonly Branch[]>;
  /** Undefined for one that is unknown or gone. `before` is asked just before each attempt. */
  deleteBranch(id: string, bounds: Bounds, before: () => Promise<void>): Promise<"deleted" | undefined>;
  /** An `expiresAt` of null takes the expiry away. */
  updateBranch(id: string, change: { readonly name?: string; readonly expiresAt?: Date | null }, bounds: Bounds): Promise<Branch>;
  endpoints(bounds: Bounds): Promise<readonly Endpoint[]>;
  createEndpoint(branchId: string, compute: Request["endpoint"], bounds: Bounds): Promise<readonly Operation[]>;
  /** Databases of a branch with their owners. */
  databases(branchId: string, bounds: Bounds): Promise<readonly Owned[]>;
  roles(branchId: string, bounds: Bounds): Promise<readonly string[]>;
  /** Always of the branch that is named, since Neon would take the default one. */
  connectionUri(branchId: string, access: Connection, pooled: boolean, bounds: Bounds): Promise<string>;
  operation(id: string, bounds: Bounds): Promise<Operation>;
  /** State of an anonymisation, such as `anonymized` or `error`. */
  anonymizedState(branchId: string, bounds: Bounds): Promise<string>;
  /** Ids and names of the projects that the key sees, the first page. */
  projects(bounds: Bounds): Promise<readonly { readonly id: string; readonly name: string }[]>;
}

/** As many entries of a page as a project rarely has more of; Neon may give fewer, so `next` decides. */
const PAGE = 1000;

/** Opens Neon's API. Its client is loaded with the first call: it takes longer than the rest of a command's start. */
export function neonApi(options: ApiOptions): NeonApi {
  const { project: projectId } = options;
  let client: Promise<Loaded> | undefined;
  const loaded = (): Promise<Loaded> => (client ??= load(options));
  const ask = async <T>(bounds: Bounds, route: string, what: string, send: Send<T>, more: Partial<Call<T>> = {}): Promise<T> => {
    const { api, readWrite } = await loaded();
    const repeatable = !route.startsWith("POST");
    return call(options, bounds, {
      route,
      what,
      repeatable,
      ...more,
      send: async (limits) => json((await send(api, limits, readWrite)).data),
    });
  };
  return {
    async createBranch(request, bounds) {
      const { branch, endpoint, annotation_value } = request;
      const create = (type: EndpointType) => ({ branch, endpoints: [{ type, ...endpoint }] });
      const reply = await (request.anonymized
        ? ask(bounds, "POST branch_anonymized", "create the anonymised branch", (api, limits, type) =>
            api.createProjectBranchAnonymized(
              projectId,
              { branch_create: create(type), annotation_value, start_anonymization: true },
              limits,
            ),
          )
        : ask(bounds, "POST branches", "create the branch", (api, limits, type) =>
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
    async branches(search, bounds) {
      const found: Branch[] = [];
      for (let cursor: string | undefined; ;) {
        // Sorted by what never changes, so that no branch slips from page to page.
        const page = { projectId, sort_by: "created_at", sort_order: "asc", limit: PAGE } as const;
        const query = { ...page, ...(search === undefined ? {} : { search }), ...(cursor === undefined ? {} : { cursor }) };
        const reply = await ask(bounds, "GET branches", "list the branches", (api, limits) => api.listProjectBranches(query, limits));
        const { annotations, pagination } = reply;
        found.push(...reply.branches.map((wire) => toBranch(wire, annotations[wire.id]?.value)));
        const next = pagination?.next;
        if (next === undefined || next === "" || next === cursor || reply.branches.length === 0) return found;
        cursor = next;
      }
    },
    async deleteBranch(branchId, bounds, before) {
      try {
        const send: Send<unknown> = (api, limits) => api.deleteProjectBranch({ projectId, branchId }, limits);
        // By id, which no other branch ever gets: sending it twice is as sending it once. 204 has no body.
        const reply = await ask(bounds, "DELETE branch", "delete the branch", send, { before });
        return typeof reply === "object" && reply !== null ? "deleted" : undefined;
      } catch (thrown) {
        const facts = factsOf(thrown);
        if (facts !== undefined && isMissing(facts)) return undefined;
        throw thrown;
      }
    },
    async updateBranch(id, { name, expiresAt }, bounds) {
      const branch = {
        ...(name === undefined ? {} : { name }),
        ...(expiresAt === undefined ? {} : { expires_at: expiresAt && wireTime(expiresAt) }),
      };
      const reply = await ask(bounds, "PATCH branch", "change the branch", (api, limits) =>
        api.updateProjectBranch(projectId, id, { branch }, limits),
      );
      return toBranch(reply.branch, undefined);
    },
    async endpoints(bounds) {
      const { readWrite } = await loaded();
      const reply = await ask(bounds, "GET endpoints", "list the computes", (api, limits) => api.listProjectEndpoints(projectId, limits));
      return reply.endpoints.map((wire) => ({
        branchId: wire.branch_id,
        isReadWrite: wire.type === readWrite,
        lastActive: wire.last_active === undefined ? undefined : new Date(wire.last_active),
      }));
    },
    async createEndpoint(branch_id, compute, bounds) {
      const reply = await ask(bounds, "POST endpoints", "create the compute", (api, limits, type) =>
        api.createProjectEndpoint(projectId, { endpoint: { branch_id, type, ...compute } }, limits),
      );
      return reply.operations;
    },
    async databases(branchId, bounds) {
      const reply = await ask(bounds, "GET databases", "list the databases of the branch", (api, limits) =>
        api.listProjectBranchDatabases(projectId, branchId, limits),
      );
      return reply.databases.map((database) => ({ name: database.name, owner: database.owner_name }));
    },
    async roles(branchId, bounds) {
      const reply = await ask(bounds, "GET roles", "list the roles of the branch", (api, limits) =>
        api.listProjectBranchRoles(projectId, branchId, limits),
      );
      return reply.roles.map((role) => role.name);
    },
    async connectionUri(branch_id, { role, database }, pooled, bounds) {
      const query = { projectId, branch_id, role_name: role, database_name: database, pooled };
      const reply = await ask(bounds, "GET connection_uri", "tell how to connect", (api, limits) => api.getConnectionUri(query, limits));
      return reply.uri;
    },
    async operation(id, bounds) {
      const reply = await ask(bounds, "GET operation", "tell about an operation", (api, limits) =>
        api.getProjectOperation(projectId, id, limits),
      );
      return reply.operation;
    },
    async anonymizedState(branchId, bounds) {
      const reply = await ask(bounds, "GET anonymized_status", "tell about the anonymisation", (api, limits) =>
        api.getAnonymizedBranchStatus(projectId, branchId, limits),
      );
      return reply.state;
    },
    async projects(bounds) {
      const reply = await ask(bounds, "GET projects", "list the projects", (api, limits) => api.listProjects({ limit: 100 }, limits));
      return reply.projects;
    },
  };
}

/** A proxy's page instead of Neon's reply: whether the work was done isn't known. */
function json<T>(data: T): T {
  if (typeof data === "string" && data !== "") throw Object.assign(new Error("the reply is no JSON"), { code: "ERR_NOT_JSON" });
  return data;
}

/** RFC 3339 in whole seconds: the precision that Neon keeps. */
export function wireTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

interface Loaded {
  readonly api: Client<unknown>;
  /** The one compute of a branch that takes writes. */
  readonly readWrite: EndpointType;
}

type Send<T> = (
  api: Loaded["api"],
  limits: { readonly signal: AbortSignal; readonly timeout: number },
  readWrite: Loaded["readWrite"],
) => Promise<{ readonly data: T }>;

async function load({ apiKey, apiHost, adapter }: ApiOptions): Promise<Loaded> {
  const { createApiClient, EndpointType } = await import("@neondatabase/api-client");
  const baseURL = apiHost === undefined ? {} : { baseURL: apiHost };
  return { api: createApiClient({ apiKey, ...baseURL, ...(adapter === undefined ? {} : { adapter }) }), readWrite: EndpointType.ReadWrite };
}

function pooledHostOf(endpoint: { readonly hosts?: { readonly read_write_pooled_host?: unknown } } | undefined): string | undefined {
  const host = endpoint?.hosts?.read_write_pooled_host;
  return typeof host === "string" && host !== "" ? host : undefined;
}
