import { ORGANIZATION } from "../account/organization.ts";
import { type Json, timestamp } from "../json.ts";
import type { Neon } from "../neon.ts";
import type { Project } from "../state.ts";

/** A project as `GET /projects/{project_id}` returns it. */
export function projectJson(neon: Neon, project: Project): Json {
  return {
    ...summaryJson(project),
    data_storage_bytes_hour: 0,
    data_transfer_bytes: 0,
    written_data_bytes: 0,
    compute_time_seconds: 0,
    active_time_seconds: 0,
    consumption_period_start: timestamp(project.createdAt),
    consumption_period_end: timestamp(project.createdAt + project.historySeconds * 1000),
    history_retention_seconds: project.historySeconds,
    settings: project.settings,
    ...(neon.switches.ownerShown ? { owner: ownerJson(neon) } : {}),
  };
}

function ownerJson(neon: Neon): Json {
  return { email: "person@example.com", name: "Mock Person", branches_limit: neon.branchLimit, subscription_type: "scale_v3" };
}

/** A project as lists return it, without what is consumed. */
export function summaryJson(project: Project): Json {
  const [endpoint] = project.endpoints.values();
  return {
    id: project.id,
    platform_id: "aws",
    region_id: project.regionId,
    name: project.name,
    provisioner: "k8s-neonvm",
    default_endpoint_settings: { autoscaling_limit_min_cu: 0.25, autoscaling_limit_max_cu: 0.25, suspend_timeout_seconds: 0 },
    pg_version: project.postgresMajor,
    proxy_host: (endpoint?.host ?? "").replace(/^ep-[^.]+\./, ""),
    branch_logical_size_limit: 16_000_000,
    branch_logical_size_limit_bytes: 16_000_000_000_000,
    store_passwords: project.storesPasswords,
    cpu_used_sec: 0,
    creation_source: "console",
    created_at: timestamp(project.createdAt),
    updated_at: timestamp(project.updatedAt),
    owner_id: project.isShared ? "org-other-lake-20000002" : ORGANIZATION.id,
    org_id: project.isShared ? "org-other-lake-20000002" : ORGANIZATION.id,
  };
}
