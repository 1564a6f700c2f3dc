import type { MaskingRule } from "../../masking-rule.ts";
import type { Deadline } from "../../deadline.ts";
import type { Listener } from "../../events.ts";
import type { OwnerTag } from "../../identity/owner-tag.ts";

/** The time that one call of the provider contract has, and where its events are sent. */
export interface CallContext {
  readonly deadline: Deadline;
  readonly emit: Listener;
  /** Receives whether Neon can have got the present request: false while there is no connection, and after an answer that refuses it. */
  readonly onDoubt?: ((isInDoubt: boolean) => void) | undefined;
}

/** A branch, reduced to the fields that offshoot reads. Neon adds fields and states at any time. */
export interface Branch {
  readonly id: string;
  readonly name: string;
  /** Undefined for a root branch. */
  readonly parentId: string | undefined;
  readonly state: string;
  /** Neon is creating or changing it. */
  readonly isChanging: boolean;
  /** Neon has accepted its deletion: it no longer serves queries, but may keep its name for a while. */
  readonly isBeingDeleted: boolean;
  /** It was deleted, can be recovered for some days, and may keep its name until then. */
  readonly isDeleted: boolean;
  readonly isDefault: boolean;
  readonly isProtected: boolean;
  readonly createdAt: Date;
  readonly createdBy: string | undefined;
  readonly expiresAt: Date | undefined;
  readonly sizeBytes: number | undefined;
  /** When its contents were last replaced by those of another branch. */
  readonly lastResetAt: Date | undefined;
  /** What Neon refuses for the branch, such as `restore`. */
  readonly restrictedActions: readonly string[];
  /** Only a tag that was written for this name counts: a child may inherit the annotation of its parent. */
  readonly tag: OwnerTag | undefined;
  /** The integration that created the branch and deletes it itself. */
  readonly integration: string | undefined;
}

/** The body of one POST: the branch, its compute, its owner tag and its expiry (specification, createProjectBranch). */
export interface BranchRequest {
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
  /** Empty: the rules of the parent. */
  readonly maskingRules: readonly MaskingRule[];
}

/** The reply to that POST. */
export interface CreatedBranch {
  readonly branch: Branch;
  readonly operations: readonly Operation[];
  /** Empty if the parent has several roles or databases (specification, ConnectionDetails). */
  readonly connections: readonly (Connection & { readonly uri: string; readonly pooler_host: string })[];
  readonly databases: readonly OwnedDatabase[];
  readonly roles: readonly string[];
  /** The pooled host of the compute. The specification does not list this field, but most replies contain it. */
  readonly poolerHost: string | undefined;
}

/** What a branch is restored from (specification, BranchRestoreRequest). */
export interface RestoreSource {
  readonly source_branch_id: string;
  readonly source_lsn?: string;
  readonly source_timestamp?: string;
}

/** The reply to that. */
export interface RestoredBranch {
  readonly branch: Branch;
  readonly operations: readonly Operation[];
}

/** The role and the database of a connection. */
export interface Connection {
  readonly role: string;
  readonly database: string;
}

/** A database and the role that owns it. */
export interface OwnedDatabase {
  readonly name: string;
  readonly owner: string;
}

/** A compute of a branch. */
export interface Endpoint {
  readonly branchId: string;
  readonly isReadWrite: boolean;
  /** Whether its server runs. */
  readonly isActive: boolean;
  readonly lastActive: Date | undefined;
}

/** Neon's `Operation`, reduced to the fields that offshoot reads. Neon may add actions and states. */
export interface Operation {
  readonly id: string;
  readonly action: string;
  readonly status: string;
  readonly error?: string | undefined;
  readonly retry_at?: string | undefined;
}

/** A project, reduced to what decides whether a run can use it. */
export interface NeonProject {
  readonly id: string;
  readonly name: string;
  readonly postgresMajor: number;
  readonly storesPasswords: boolean;
  /** How far the past states of its branches go back, in milliseconds. Undefined: the API does not show it. */
  readonly historyMs: number | undefined;
  /** The plan of its owner, such as `launch_v3`, and how many branches it allows. Undefined: the API does not show it. */
  readonly plan: string | undefined;
  readonly branchLimit: number | undefined;
  /** The addresses that may connect; empty: all of them. */
  readonly allowedIps: readonly string[];
  readonly allowedIpsProtectedOnly: boolean;
  readonly blocksPublicConnections: boolean;
}

/** Neon's `Snapshot`, reduced to the fields that offshoot reads. */
export interface NeonSnapshot {
  readonly id: string;
  readonly name: string;
  readonly sourceBranchId: string | undefined;
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
  readonly sizeBytes: number | undefined;
}

/** The calls for snapshots, which are a beta of Neon. */
export interface SnapshotCalls {
  snapshots(context: CallContext): Promise<readonly NeonSnapshot[]>;
  /** Not retried after a lost reply: names of snapshots need not be unique. */
  createSnapshot(
    branchId: string,
    request: { readonly name: string; readonly expiresAt: Date },
    context: CallContext,
  ): Promise<{ readonly snapshot: NeonSnapshot; readonly operations: readonly Operation[] }>;
  /** Undefined if Neon does not know the snapshot. */
  deleteSnapshot(id: string, context: CallContext): Promise<"deleted" | undefined>;
  /** Creates a branch with the state of a snapshot. Not retried after a lost reply. */
  restoreSnapshot(id: string, request: { readonly name: string; readonly target: string }, context: CallContext): Promise<RestoredBranch>;
}

/**
 * The calls that offshoot sends to Neon's API, all in one project. Every call has a time limit, keeps to Neon's rate
 * limit, is retried if that is safe, and throws only the errors that `apiError` makes, `TIMED_OUT` and `CANCELLED`.
 */
export interface NeonApi extends SnapshotCalls {
  /** Not retried after a lost reply, because a retry could create a second branch. */
  createBranch(request: BranchRequest, context: CallContext): Promise<CreatedBranch>;
  /** One branch. Neon has answered 404 for a branch that was created moments ago. */
  branch(id: string, context: CallContext): Promise<Branch>;
  /** All pages. `search` is a part of a name or of an id. With `deleted`, also branches that were deleted and can be recovered. */
  branches(search: string | undefined, context: CallContext, more?: { readonly deleted: boolean }): Promise<readonly Branch[]>;
  /**
   * Deletes a branch for good where Neon has `hard_delete`, because it holds data, unless it is to stay `recoverable`. Undefined if Neon does not know the branch
   * or has deleted it. `before` runs just before each attempt.
   */
  deleteBranch(
    id: string,
    context: CallContext,
    before: () => Promise<void>,
    more?: { readonly recoverable: boolean },
  ): Promise<"deleted" | undefined>;
  /** An `expiresAt` of null removes the expiry. */
  updateBranch(id: string, change: { readonly name?: string; readonly expiresAt?: Date | null }, context: CallContext): Promise<Branch>;
  /**
   * Replaces the contents of a branch by those of another one, now or at a past state. Not retried after a lost reply, because
   * a job may already use the new contents.
   */
  restoreBranch(id: string, source: RestoreSource, context: CallContext): Promise<RestoredBranch>;
  endpoints(context: CallContext): Promise<readonly Endpoint[]>;
  createEndpoint(branchId: string, compute: BranchRequest["endpoint"], context: CallContext): Promise<readonly Operation[]>;
  databases(branchId: string, context: CallContext): Promise<readonly OwnedDatabase[]>;
  roles(branchId: string, context: CallContext): Promise<readonly string[]>;
  /** Always names the branch, because Neon would use the default branch otherwise. */
  connectionUri(branchId: string, connection: Connection, pooled: boolean, context: CallContext): Promise<string>;
  operation(id: string, context: CallContext): Promise<Operation>;
  /** The rules by which the data of an anonymized branch is masked. */
  maskingRules(
    branchId: string,
    context: CallContext,
  ): Promise<readonly { readonly [Key in keyof Required<MaskingRule>]: string | undefined }[]>;
  /** The URL of Neon Auth, or of the Data API of a database; undefined if the branch does not have it. */
  authUrl(branchId: string, context: CallContext): Promise<string | undefined>;
  dataApiUrl(branchId: string, database: string, context: CallContext): Promise<string | undefined>;
  /** State of an anonymization, such as `anonymized` or `error`. */
  anonymizedState(branchId: string, context: CallContext): Promise<string>;
  /** The project itself, with the limits of its owner's plan where Neon shows them. */
  project(context: CallContext): Promise<NeonProject>;
  /** Ids and names of the first page of the projects that the key can read. */
  projects(context: CallContext): Promise<readonly { readonly id: string; readonly name: string }[]>;
}
