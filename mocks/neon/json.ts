import type { Neon } from "./neon.ts";
import type { Branch, Database, Endpoint, Operation, Project, Role } from "./state.ts";

/** A JSON object of the API. */
export type Json = Readonly<Record<string, unknown>>;

/** RFC 3339 in whole seconds, like the times of Neon. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

export function branchJson(neon: Neon, branch: Branch): Json {
  const { deletedAt, deletedBy } = branch;
  const recoverable = neon.switches.softDelete && branch.isDeleted && deletedAt !== undefined;
  return {
    id: branch.id,
    project_id: branch.projectId,
    ...(branch.parentId === undefined ? {} : { parent_id: branch.parentId }),
    ...(branch.parentLsn === undefined ? {} : { parent_lsn: branch.parentLsn }),
    ...(branch.parentTimestamp === undefined ? {} : { parent_timestamp: branch.parentTimestamp }),
    name: branch.name,
    current_state: branch.state,
    ...(branch.pendingState === undefined ? {} : { pending_state: branch.pendingState }),
    state_changed_at: timestamp(branch.stateChangedAt),
    creation_source: "console",
    primary: branch.isDefault,
    default: branch.isDefault,
    protected: branch.isProtected,
    cpu_used_sec: 0,
    compute_time_seconds: 0,
    active_time_seconds: 0,
    written_data_bytes: 0,
    data_transfer_bytes: 0,
    logical_size: 30_000_000,
    created_at: timestamp(branch.createdAt),
    updated_at: timestamp(branch.updatedAt),
    ...(branch.expiresAt === undefined ? {} : { expires_at: timestamp(branch.expiresAt) }),
    ...(branch.ttlSeconds === undefined ? {} : { ttl_interval_seconds: branch.ttlSeconds }),
    ...(branch.lastResetAt === undefined ? {} : { last_reset_at: timestamp(branch.lastResetAt) }),
    created_by: { name: "Mock Person", image: "" },
    init_source: branch.initSource,
    ...restoreJson(branch),
    ...(branch.restrictedActions.length === 0 ? {} : { restricted_actions: branch.restrictedActions }),
    ...(recoverable
      ? {
          recovery: {
            deleted_at: timestamp(deletedAt),
            recoverable_until: timestamp(deletedAt + 7 * 86_400_000),
            deletion_method: deletedBy ?? "user",
          },
        }
      : {}),
    ...(neon.switches.unknowns ? { slug: branch.id.slice(3), storage_tier: { kind: "hot" } } : {}),
  };
}

function restoreJson({ features }: Branch): Json {
  const { restoredFrom, restoredAs, restoreStatus } = features;
  return {
    ...(restoreStatus === undefined ? {} : { restore_status: restoreStatus }),
    ...(restoredFrom === undefined ? {} : { restored_from: restoredFrom }),
    ...(restoredAs === undefined ? {} : { restored_as: restoredAs }),
  };
}

export function annotationJson(branch: Branch): Json {
  const { annotation } = branch;
  const object = { type: "console/branch", id: branch.id };
  if (annotation === undefined) return { object, value: {} };
  const at = timestamp(annotation.createdAt);
  return { object, value: annotation.value, created_at: at, updated_at: at };
}

export function endpointJson(neon: Neon, endpoint: Endpoint, project: Project): Json {
  return {
    host: endpoint.host,
    id: endpoint.id,
    ...(endpoint.name === undefined ? {} : { name: endpoint.name }),
    project_id: endpoint.projectId,
    branch_id: endpoint.branchId,
    autoscaling_limit_min_cu: endpoint.minCu,
    autoscaling_limit_max_cu: endpoint.maxCu,
    region_id: project.regionId,
    type: endpoint.type,
    current_state: endpoint.state,
    ...(endpoint.pendingState === undefined ? {} : { pending_state: endpoint.pendingState }),
    settings: endpoint.settings,
    pooler_enabled: false,
    pooler_mode: "transaction",
    disabled: endpoint.disabled,
    passwordless_access: true,
    last_active: timestamp(endpoint.lastActiveAt),
    creation_source: "console",
    created_at: timestamp(endpoint.createdAt),
    updated_at: timestamp(endpoint.updatedAt),
    ...(endpoint.suspendedAt === undefined ? {} : { suspended_at: timestamp(endpoint.suspendedAt) }),
    proxy_host: endpoint.host.replace(`${endpoint.id}.`, ""),
    suspend_timeout_seconds: endpoint.suspendTimeoutSeconds,
    provisioner: "k8s-neonvm",
    // The specification does not list this field, but the service sends it.
    hosts: { read_write_host: endpoint.host, read_write_pooled_host: endpoint.poolerHost },
    ...(neon.switches.unknowns ? { placement: "z9" } : {}),
  };
}

export function operationJson(neon: Neon, operation: Operation): Json {
  const ended = operation.status === "scheduling" || operation.startedAt === undefined ? operation.createdAt : operation.updatedAt;
  return {
    id: operation.id,
    project_id: operation.projectId,
    ...(operation.branchId === undefined ? {} : { branch_id: operation.branchId }),
    ...(operation.endpointId === undefined ? {} : { endpoint_id: operation.endpointId }),
    action: operation.action,
    status: operation.status,
    ...(operation.error === undefined ? {} : { error: operation.error }),
    failures_count: operation.error === undefined ? 0 : 1,
    created_at: timestamp(operation.createdAt),
    updated_at: timestamp(operation.updatedAt),
    total_duration_ms: Math.round(ended - operation.createdAt),
    ...(neon.switches.unknowns ? { attempt: 1 } : {}),
  };
}

/** Without the password. Only the creation and the reset of a role return it. */
export function roleJson(branch: Branch, role: Role): Json {
  return {
    branch_id: branch.id,
    name: role.name,
    protected: false,
    authentication_method: role.noLogin ? "no_login" : "password",
    created_at: timestamp(role.createdAt),
    updated_at: timestamp(role.updatedAt),
  };
}

export function databaseJson(branch: Branch, database: Database): Json {
  return {
    id: database.id,
    branch_id: branch.id,
    name: database.name,
    owner_name: database.ownerName,
    created_at: timestamp(database.createdAt),
    updated_at: timestamp(database.updatedAt),
  };
}
