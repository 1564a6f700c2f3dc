import { OffshootError } from "../../errors.ts";
import { factsOf, isHardDeleteRefused, isLostReply, isMissing } from "./api-errors.ts";
import { toBranch, toNeonTime } from "./branches.ts";
import { type ClientOptions, type EndpointType, type Send, senderOf } from "./client.ts";
import { toProject } from "./project.ts";
import { snapshotCalls } from "./snapshot-calls.ts";
import type { Branch, NeonApi } from "./types.ts";

export interface ApiOptions extends ClientOptions {
  readonly project: string;
}

/** Page size: few projects have more branches. Neon may send shorter pages, so only a missing `next` ends the list. */
const PAGE = 1000;

/** A project has at most some thousand branches (Neon docs, "Plans"). Neon has sent pages of 100. */
const MOST_PAGES = 1000;
const MOST_BRANCHES = 100_000;

/** Neon's API in one project. */
export function neonApi(options: ApiOptions): NeonApi {
  const { project: projectId } = options;
  let hasHardDelete = true;
  const { send, readWrite } = senderOf(options);
  return {
    ...snapshotCalls(projectId, send),
    async createBranch(request, context) {
      const { branch, endpoint, annotation_value, maskingRules } = request;
      const masks = maskingRules.length === 0 ? {} : { masking_rules: [...maskingRules] };
      const create = (type: EndpointType) => ({ branch, endpoints: [{ type, ...endpoint }] });
      const reply = await (request.anonymized
        ? send("createBranch", context, "POST branch_anonymized", "create the anonymized branch", (api, limits, type) =>
            api.createProjectBranchAnonymized(
              projectId,
              { branch_create: create(type), annotation_value, start_anonymization: true, ...masks },
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
      // Then a later reply that the branch is missing only shows that this call has deleted it.
      let isReplyLost = false;
      const missing = (): "deleted" | undefined => (isReplyLost ? "deleted" : undefined);
      try {
        const query = { projectId, branchId, ...(isHard ? { hard_delete: true } : {}) };
        const request: Send = async (api, limits) =>
          api.deleteProjectBranch(query, limits).catch((thrown: unknown) => {
            isReplyLost ||= isLostReply(thrown);
            throw thrown;
          });
        // The id is never used again, so a second request has no further effect. A reply with status 204 has no body.
        const reply = await send("deleteBranch", context, "DELETE branch", "delete the branch", request, { before });
        return typeof reply === "object" && reply !== null ? "deleted" : missing();
      } catch (thrown) {
        const facts = factsOf(thrown);
        if (facts !== undefined && isMissing(facts)) return missing();
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
    async restoreBranch(id, source, context) {
      const reply = await send("restoreBranch", context, "POST restore", "reset the branch", (api, limits) =>
        api.restoreProjectBranch(projectId, id, source, limits),
      );
      return { branch: toBranch(reply.branch, undefined), operations: reply.operations };
    },
    async endpoints(context) {
      const type: string = await readWrite();
      const reply = await send("endpoints", context, "GET endpoints", "list the computes", (api, limits) =>
        api.listProjectEndpoints(projectId, limits),
      );
      return reply.endpoints.map((endpoint) => ({
        branchId: endpoint.branch_id,
        isReadWrite: endpoint.type === type,
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
    async maskingRules(branchId, context) {
      const reply = await send("maskingRules", context, "GET masking_rules", "list the masking rules of the branch", (api, limits) =>
        api.getMaskingRules(projectId, branchId, limits),
      );
      return reply.masking_rules;
    },
    authUrl: (branchId, context) =>
      unlessMissing(async () => {
        const reply = await send("auth", context, "GET auth", "return the URL of Neon Auth", (api, limits) =>
          api.getNeonAuth(projectId, branchId, limits),
        );
        return reply.base_url;
      }),
    dataApiUrl: (branchId, database, context) =>
      unlessMissing(async () => {
        const reply = await send("dataApi", context, "GET data-api", "return the URL of the Data API", (api, limits) =>
          api.getProjectBranchDataApi(projectId, branchId, database, limits),
        );
        return reply.url;
      }),
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

/** Undefined if Neon answers 404: the branch does not have what was asked for. */
async function unlessMissing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (thrown) {
    const facts = factsOf(thrown);
    if (facts === undefined || !isMissing(facts)) throw thrown;
    return undefined;
  }
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
