import type { Branch } from "./branch.ts";

/** What one POST asks for: the branch, its compute, its owner tag and its expiry at once (specification, createProjectBranch). */
export interface Request {
  readonly branch: {
    readonly name: string;
    readonly parent_id?: string;
    readonly parent_lsn?: string;
    readonly parent_timestamp?: string;
    readonly init_source?: string;
    readonly expires_at?: string;
  };
  readonly endpoint: {
    readonly autoscaling_limit_min_cu?: number;
    readonly autoscaling_limit_max_cu?: number;
    readonly suspend_timeout_seconds?: number;
  };
  readonly annotation_value: Record<string, string>;
  readonly anonymized: boolean;
}

export interface Created {
  readonly branch: Branch;
  readonly operations: readonly Operation[];
  /** Empty where the parent has several roles or databases (specification, ConnectionDetails). */
  readonly connections: readonly (Connection & { readonly uri: string; readonly pooler_host: string })[];
  readonly databases: readonly Owned[];
  readonly roles: readonly string[];
  /** The compute's pooled host, where the reply says it: a field that is in no specification, and mostly there. */
  readonly poolerHost: string | undefined;
}

/** Whom to connect as, and to what. */
export interface Connection {
  readonly role: string;
  readonly database: string;
}

/** A database and the role that owns it. */
export interface Owned {
  readonly name: string;
  readonly owner: string;
}

export interface Endpoint {
  readonly branchId: string;
  readonly isReadWrite: boolean;
  readonly lastActive: Date | undefined;
}

/** Neon's `Operation`, as far as we look; actions and states are open sets. */
export interface Operation {
  readonly id: string;
  readonly action: string;
  readonly status: string;
  readonly error?: string;
  readonly retry_at?: string;
}
