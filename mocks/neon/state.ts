/** The state of the mock. Times are milliseconds since the epoch on the mock's clock. */
export interface State {
  readonly projects: Map<string, Project>;
  /** Newest last. */
  readonly operations: Map<string, Operation>;
  readonly active: Set<Operation>;
  /** The keys that calls made, beside the key of the options. */
  readonly apiKeys: ApiKey[];
  /** The VPC endpoints of the organization, by id. */
  readonly vpcEndpoints: Map<string, VpcEndpoint>;
  /** How future operations end, by action. */
  readonly operationFaults: { readonly action: string; readonly status: "failed" | "error"; times: number }[];
}

export interface Project {
  readonly id: string;
  name: string;
  readonly postgresMajor: number;
  readonly regionId: string;
  readonly storesPasswords: boolean;
  historySeconds: number;
  settings: Readonly<Record<string, unknown>>;
  /** Whether it belongs to another account, which shares it with this one. */
  isShared: boolean;
  readonly createdAt: number;
  updatedAt: number;
  readonly branches: Map<string, Branch>;
  readonly endpoints: Map<string, Endpoint>;
  readonly snapshots: Map<string, Snapshot>;
  /** The VPC endpoints that it is limited to: id and label. */
  readonly vpcEndpoints: Map<string, string>;
}

export interface ApiKey {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  readonly orgId: string | undefined;
  readonly projectId: string | undefined;
  readonly createdAt: number;
  lastUsedAt: number | undefined;
}

export interface VpcEndpoint {
  readonly id: string;
  readonly regionId: string;
  readonly label: string;
}

export interface Snapshot {
  readonly id: string;
  name: string;
  readonly sourceBranchId: string;
  readonly lsn: string;
  readonly createdAt: number;
  readonly expiresAt: number | undefined;
  /** What it contains, as a branch that is not listed. */
  readonly image: Branch;
}

export interface Branch {
  readonly id: string;
  readonly projectId: string;
  name: string;
  parentId: string | undefined;
  parentLsn: string | undefined;
  parentTimestamp: string | undefined;
  state: string;
  pendingState: string | undefined;
  stateChangedAt: number;
  readonly createdAt: number;
  updatedAt: number;
  isDefault: boolean;
  isProtected: boolean;
  expiresAt: number | undefined;
  ttlSeconds: number | undefined;
  lastResetAt: number | undefined;
  readonly initSource: string;
  annotation: Annotation | undefined;
  restrictedActions: readonly { readonly name: string; readonly reason: string }[];
  roles: Map<string, Role>;
  databases: Map<string, Database>;
  /** Set when the deletion is accepted. */
  deletedAt: number | undefined;
  deletedBy: "user" | "ttl" | undefined;
  /** True when the deletion is finished. Such a branch is kept only with the switch `softDelete`. */
  isDeleted: boolean;
  /** The number of reads and lists that still hide the branch (switches `readLag` and `listLag`). */
  hiddenReads: number;
  hiddenLists: number;
  readonly features: BranchFeatures;
}

/** What a branch can have beside Postgres. */
export interface BranchFeatures {
  maskingRules: readonly Readonly<Record<string, unknown>>[];
  backupSchedule: readonly Readonly<Record<string, unknown>>[];
  /** The database of Neon Auth; undefined: it is not enabled. */
  authDatabase: string | undefined;
  /** The databases with a Data API. */
  readonly dataApis: Set<string>;
  /** The snapshot that the branch was made of, and the branch that it replaces or will replace. */
  restoredFrom: string | undefined;
  restoredAs: string | undefined;
  restoreStatus: "restored" | "finalized" | "detaching" | undefined;
}

export interface Annotation {
  readonly value: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

export interface Endpoint {
  readonly id: string;
  readonly projectId: string;
  /** Changes when a restored snapshot replaces the branch. */
  branchId: string;
  readonly type: "read_write" | "read_only";
  name: string | undefined;
  state: "init" | "active" | "idle";
  pendingState: "active" | "idle" | undefined;
  disabled: boolean;
  minCu: number;
  maxCu: number;
  suspendTimeoutSeconds: number;
  settings: Readonly<Record<string, unknown>>;
  /** `host` or `host:port`. A client must use the whole text. */
  host: string;
  poolerHost: string;
  readonly createdAt: number;
  updatedAt: number;
  lastActiveAt: number;
  suspendedAt: number | undefined;
}

export interface Role {
  readonly name: string;
  password: string;
  readonly noLogin: boolean;
  readonly createdAt: number;
  updatedAt: number;
}

export interface Database {
  readonly id: number;
  name: string;
  ownerName: string;
  readonly createdAt: number;
  updatedAt: number;
}

export interface Operation {
  readonly id: string;
  readonly projectId: string;
  readonly branchId: string | undefined;
  readonly endpointId: string | undefined;
  readonly action: string;
  status: "scheduling" | "running" | "finished" | "failed" | "error" | "cancelled";
  error: string | undefined;
  readonly createdAt: number;
  updatedAt: number;
  startedAt: number | undefined;
  readonly durationMs: number;
  /** Whether every change of the project is refused with 423 while this operation runs. */
  readonly locksProject: boolean;
}

export function createState(): State {
  return { projects: new Map(), operations: new Map(), active: new Set(), operationFaults: [], apiKeys: [], vpcEndpoints: new Map() };
}
