import { markReady, newBranch } from "./branch/create.ts";
import { newDatabase } from "./database.ts";
import { addEndpoint, setState, readEndpoint } from "./endpoint.ts";
import type { Neon, NeonOptions } from "./neon.ts";
import { newRole } from "./role.ts";
import type { Reply } from "./reply.ts";
import type { Project } from "./state.ts";
import { timestamp, type Json } from "./json.ts";

/** The organization that the account belongs to. */
export const ORGANIZATION = {
  id: "org-mock-field-10000001",
  name: "Mock Organization",
  handle: "mock",
  plan: "scale",
  managed_by: "console",
};

/** Creates the account's project: the default branch `main`, a running compute, and the roles and databases of the options. */
export async function createProject(neon: Neon, options: NeonOptions): Promise<Project> {
  const project: Project = {
    id: neon.projectId,
    name: "mock",
    postgresMajor: options.postgresMajor ?? 17,
    regionId: "aws-us-east-2",
    storesPasswords: options.storesPasswords ?? true,
    historySeconds: 86_400,
    createdAt: neon.clock.now(),
    branches: new Map(),
    endpoints: new Map(),
  };
  neon.state.projects.set(project.id, project);
  const branch = newBranch(neon, project, undefined, { name: "main", parentId: undefined, initSource: "parent-data" });
  Object.assign(branch, { isDefault: true, hiddenReads: 0, hiddenLists: 0 });
  for (let index = 1; index <= (options.roles ?? 1); index++) {
    const role = newRole(neon, index === 1 ? "neondb_owner" : `role_${index}`);
    branch.roles.set(role.name, role);
  }
  for (let index = 1; index <= (options.databases ?? 1); index++) {
    const database = newDatabase(neon, index === 1 ? "neondb" : `database_${index}`, "neondb_owner");
    branch.databases.set(database.name, database);
  }
  project.branches.set(branch.id, branch);
  const endpoint = await addEndpoint(neon, project, branch, readEndpoint(neon, { type: "read_write" }));
  if (neon.storage !== undefined) {
    await neon.storage.configure(branch);
    await neon.storage.start(endpoint);
  }
  markReady(neon, branch);
  setState(neon, endpoint, "active");
  return project;
}

export function listProjects(neon: Neon, query: URLSearchParams): Reply {
  const search = query.get("search") ?? "";
  const projects = query.get("cursor") === null ? [...neon.state.projects.values()] : [];
  const found = projects.filter((project) => project.name.includes(search) || project.id.includes(search));
  return {
    status: 200,
    body: { projects: found.map((project) => ({ ...summary(project), active_time: 0 })), applications: {}, integrations: {} },
  };
}

export function getProject(project: Project): Reply {
  const at = timestamp(project.createdAt);
  return {
    status: 200,
    body: {
      project: {
        ...summary(project),
        data_storage_bytes_hour: 0,
        data_transfer_bytes: 0,
        written_data_bytes: 0,
        compute_time_seconds: 0,
        active_time_seconds: 0,
        consumption_period_start: at,
        consumption_period_end: timestamp(project.createdAt + project.historySeconds * 1000),
        history_retention_seconds: project.historySeconds,
        settings: { allowed_ips: { ips: [], protected_branches_only: false }, enable_logical_replication: false },
      },
    },
  };
}

/** An undocumented route that Neon's own tests use. It is unknown whether customers can use it. */
export function getLimits(neon: Neon): Reply {
  return { status: 200, body: { limits: { max_branches: neon.branchLimit, max_read_only_endpoints: -1 } } };
}

function summary(project: Project): Json {
  const at = timestamp(project.createdAt);
  return {
    id: project.id,
    platform_id: "aws",
    region_id: project.regionId,
    name: project.name,
    provisioner: "k8s-neonvm",
    default_endpoint_settings: { autoscaling_limit_min_cu: 0.25, autoscaling_limit_max_cu: 0.25, suspend_timeout_seconds: 0 },
    pg_version: project.postgresMajor,
    proxy_host: (project.endpoints.get([...project.endpoints.keys()][0] ?? "")?.host ?? "").replace(/^ep-[^.]+\./, ""),
    branch_logical_size_limit: 16_000_000,
    branch_logical_size_limit_bytes: 16_000_000_000_000,
    store_passwords: project.storesPasswords,
    cpu_used_sec: 0,
    creation_source: "console",
    created_at: at,
    updated_at: at,
    owner_id: ORGANIZATION.id,
    org_id: ORGANIZATION.id,
  };
}
