import type { Api as Client, ApiConfig, EndpointType } from "@neondatabase/api-client";
import { OffshootError } from "../../errors.ts";
import { MIB } from "../../read-file.ts";
import { factsOf, isHardDeleteRefused, isMissing } from "./api-errors.ts";
import { toBranch, toNeonTime } from "./branches.ts";
import type { NeonClock } from "./clock.ts";
import { toProject } from "./project.ts";
import { checkReply, type Replies } from "./replies.ts";
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

/** A page with 1,000 branches has about 1.5 MiB. The limit counts after decompression. */
const MOST_BYTES = 32 * MIB;
/** Neon sends no redirect, and a redirected POST would become a GET. */
const LIMITS = { maxContentLength: MOST_BYTES, maxRedirects: 0 } as const;

/** A project has at most some thousand branches (Neon docs, "Plans"). Neon has sent pages of 100. */
const MOST_PAGES = 1000;
const MOST_BRANCHES = 100_000;

/** Neon's API in one project. The first call loads Neon's client, because loading it takes longer than the rest of a command's start. */
export function neonApi(options: ApiOptions): NeonApi {
  const { project: projectId } = options;
  let client: Promise<Loaded> | undefined;
  let hasHardDelete = true;
  const loaded = (): Promise<Loaded> => (client ??= load(options));
  const send = async <Name extends keyof Replies>(
    name: Name,
    context: CallContext,
    route: string,
    what: string,
    request: Send,
    more: Pick<Partial<Call<unknown>>, "before"> = {},
  ): Promise<Replies[Name]> => {
    const { api, readWrite } = await loaded();
    const repeatable = !route.startsWith("POST");
    return sendCall(options, context, {
      route,
      what,
      repeatable,
      ...more,
      async send(limits) {
        const reply = await request(api, { ...limits, ...LIMITS }, readWrite).catch((thrown: unknown) => {
          options.clock.observe(headersOf(thrown), context.emit);
          throw thrown;
        });
        options.clock.observe(reply.headers, context.emit);
        return checkReply(name, reply);
      },
    });
  };
  return {
    async createBranch(request, context) {
      const { branch, endpoint, annotation_value } = request;
      const create = (type: EndpointType) => ({ branch, endpoints: [{ type, ...endpoint }] });
      const reply = await (request.anonymized
        ? send("createBranch", context, "POST branch_anonymized", "create the anonymized branch", (api, limits, type) =>
            api.createProjectBranchAnonymized(
              projectId,
              { branch_create: create(type), annotation_value, start_anonymization: true },
              limits,
            ),
          )
        : send("createBranch", context, "POST branches", "create the branch", (api, limits, type) =>
            api.createProjectBranch(projectId, { ...create(type), annotation_value }, limits),
          ));
      return {
        branch: toBranch(reply.branch, annotation_value),
        operations: reply.operations,
        connections: (reply.connection_uris ?? []).map(
          ({ connection_uri: uri, connection_parameters: { role, database, pooler_host } }) => ({
            uri,
            role,
            database,
            pooler_host: pooler_host ?? "",
          }),
        ),
        databases: reply.databases.map((database) => ({ name: database.name, owner: database.owner_name })),
        roles: reply.roles.map((role) => role.name),
        poolerHost: reply.endpoints[0]?.hosts?.read_write_pooled_host || undefined,
      };
    },
    async branch(id, context) {
      const reply = await send("branch", context, "GET branch", "return the branch", (api, limits) =>
        api.getProjectBranch(projectId, id, limits),
      );
      return toBranch(reply.branch, reply.annotation?.value);
    },
    async branches(search, context, { deleted } = { deleted: false }) {
      const found: Branch[] = [];
      const seen = new Set<string | undefined>();
      for (let cursor: string | undefined; ;) {
        // Sorted by a field that never changes, so that no branch is missed between two pages.
        const page = { projectId, sort_by: "created_at", sort_order: "asc", limit: PAGE } as const;
        const query = { ...page, ...defined({ search, cursor, include_deleted: deleted ? true : undefined }) };
        const reply = await send("branches", context, "GET branches", "list the branches", (api, limits) =>
          api.listProjectBranches(query, limits),
        );
        const { annotations, pagination } = reply;
        seen.add(cursor);
        found.push(...reply.branches.map((branch) => toBranch(branch, annotations[branch.id]?.value)));
        const next = pagination?.next;
        if (next === undefined || next === "" || next === cursor || reply.branches.length === 0) return found;
        if (seen.has(next) || seen.size >= MOST_PAGES || found.length > MOST_BRANCHES) throw endless(seen.size);
        cursor = next;
      }
    },
    async deleteBranch(branchId, context, before, { recoverable } = { recoverable: false }) {
      const isHard = hasHardDelete && !recoverable;
      try {
        const query = { projectId, branchId, ...(isHard ? { hard_delete: true } : {}) };
        const request: Send = (api, limits) => api.deleteProjectBranch(query, limits);
        // The id is never used again, so a second request has no further effect. A reply with status 204 has no body.
        const reply = await send("deleteBranch", context, "DELETE branch", "delete the branch", request, { before });
        return typeof reply === "object" && reply !== null ? "deleted" : undefined;
      } catch (thrown) {
        const facts = factsOf(thrown);
        if (facts !== undefined && isMissing(facts)) return undefined;
        if (!isHard || facts === undefined || !isHardDeleteRefused(facts)) throw thrown;
        hasHardDelete = false;
        return this.deleteBranch(branchId, context, before);
      }
    },
    async updateBranch(id, { name, expiresAt }, context) {
      const branch = {
        ...(name === undefined ? {} : { name }),
        ...(expiresAt === undefined ? {} : { expires_at: expiresAt && toNeonTime(expiresAt) }),
      };
      const reply = await send("updateBranch", context, "PATCH branch", "update the branch", (api, limits) =>
        api.updateProjectBranch(projectId, id, { branch }, limits),
      );
      return toBranch(reply.branch, undefined);
    },
    async endpoints(context) {
      const readWrite: string = (await loaded()).readWrite;
      const reply = await send("endpoints", context, "GET endpoints", "list the computes", (api, limits) =>
        api.listProjectEndpoints(projectId, limits),
      );
      return reply.endpoints.map((endpoint) => ({
        branchId: endpoint.branch_id,
        isReadWrite: endpoint.type === readWrite,
        isActive: endpoint.current_state === "active",
        lastActive: endpoint.last_active === undefined ? undefined : new Date(endpoint.last_active),
      }));
    },
    async createEndpoint(branch_id, compute, context) {
      const reply = await send("createEndpoint", context, "POST endpoints", "create the compute", (api, limits, type) =>
        api.createProjectEndpoint(projectId, { endpoint: { branch_id, type, ...compute } }, limits),
      );
      return reply.operations;
    },
    async databases(branchId, context) {
      const reply = await send("databases", context, "GET databases", "list the databases of the branch", (api, limits) =>
        api.listProjectBranchDatabases(projectId, branchId, limits),
      );
      return reply.databases.map((database) => ({ name: database.name, owner: database.owner_name }));
    },
    async roles(branchId, context) {
      const reply = await send("roles", context, "GET roles", "list the roles of the branch", (api, limits) =>
        api.listProjectBranchRoles(projectId, branchId, limits),
      );
      return reply.roles.map((role) => role.name);
    },
    async connectionUri(branch_id, { role, database }, pooled, context) {
      const query = { projectId, branch_id, role_name: role, database_name: database, pooled };
      const reply = await send("connectionUri", context, "GET connection_uri", "return the connection URI", (api, limits) =>
        api.getConnectionUri(query, limits),
      );
      return reply.uri;
    },
    async operation(id, context) {
      const reply = await send("operation", context, "GET operation", "return the operation", (api, limits) =>
        api.getProjectOperation(projectId, id, limits),
      );
      return reply.operation;
    },
    async anonymizedState(branchId, context) {
      const reply = await send(
        "anonymizedState",
        context,
        "GET anonymized_status",
        "return the state of the anonymization",
        (api, limits) => api.getAnonymizedBranchStatus(projectId, branchId, limits),
      );
      return reply.state;
    },
    async project(context) {
      const reply = await send("project", context, "GET project", "return the project", (api, limits) => api.getProject(projectId, limits));
      return toProject(reply.project);
    },
    async projects(context) {
      const reply = await send("projects", context, "GET projects", "list the projects", (api, limits) =>
        api.listProjects({ limit: 100 }, limits),
      );
      return reply.projects;
    },
  };
}

/** The fields that have a value. */
function defined<T extends object>(fields: T): { readonly [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T> as never;
}

/** The error for pages that never end. The request itself succeeded, so that it is not sent again. */
function endless(pages: number): OffshootError {
  return new OffshootError("PROVIDER_OUTAGE", `Neon did not list the branches: the list did not end after ${pages} pages.`, {
    remedy: "Run the command again. If it fails again, check NEON_API_HOST and any proxy between this machine and Neon.",
  });
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

type Send = (
  api: Loaded["api"],
  limits: { readonly signal: AbortSignal; readonly timeout: number },
  readWrite: Loaded["readWrite"],
) => Promise<{ readonly data: unknown; readonly headers?: unknown }>;

async function load({ apiKey, apiHost, adapter }: ApiOptions): Promise<Loaded> {
  const { createApiClient, EndpointType } = await import("@neondatabase/api-client");
  const baseURL = apiHost === undefined ? {} : { baseURL: apiHost };
  return { api: createApiClient({ apiKey, ...baseURL, ...(adapter === undefined ? {} : { adapter }) }), readWrite: EndpointType.ReadWrite };
}
