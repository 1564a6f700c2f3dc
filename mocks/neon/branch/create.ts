import { annotation, fields, list, text, boolean } from "../request-body.ts";
import { refuseNewCompute } from "../compute-limits.ts";
import { addEndpoint, type EndpointRequest, readEndpoint, startStep } from "../endpoint.ts";
import { readExpiry, setExpiry } from "../expiry.ts";
import type { Neon } from "../neon.ts";
import { refuseWhenLocked, schedule } from "../operations.ts";
import { refused } from "../reply.ts";
import type { Branch, Endpoint, Operation, Project } from "../state.ts";
import { markArchived, refuseUnarchived, unarchiveSteps } from "./archive.ts";
import { refuseBeyondLimits, refuseTakenName } from "./limits.ts";
import { readSource } from "./source.ts";

export interface CreatedBranch {
  readonly branch: Branch;
  readonly endpoints: readonly Endpoint[];
  readonly operations: readonly Operation[];
}

/** `POST …/branches`: one call creates the branch, its computes, its annotation and its expiry. */
export async function createBranch(
  neon: Neon,
  project: Project,
  body: unknown,
  restricted: Branch["restrictedActions"] = [],
): Promise<CreatedBranch> {
  const request = fields(body, "body");
  const wanted = fields(request["branch"], "branch");
  const source = readSource(neon, project, wanted);
  const computes = list(request["endpoints"], "endpoints").map((entry) => readEndpoint(neon, entry));
  const sentLabels = annotation(request["annotation_value"]);
  if (neon.switches.annotations === "refused" && sentLabels !== undefined) throw refused(400, "annotation_value is not supported");
  const labels = neon.switches.annotations === "dropped" ? undefined : sentLabels;
  const expiresAt = wanted["expires_at"] === undefined ? undefined : readExpiry(neon, wanted["expires_at"]);
  const isProtected = boolean(wanted, "protected") ?? false;
  const isArchived = boolean(wanted, "archived") ?? false;
  const name = text(wanted, "name");
  refuseWhenLocked(neon, project, undefined);
  refuseCombination(neon, { isProtected, expiresAt, source: source.parent, schemaOnly: source.isRoot, computes });
  if (neon.switches.limitBeforeName) refuseBeyondLimits(neon, project, source.isRoot);
  if (name !== undefined) refuseTakenName(neon, project, name);
  refuseBeyondLimits(neon, project, source.isRoot);
  if (!isArchived) refuseUnarchived(neon, project, [source.parent]);
  if (computes.length > 0) refuseNewCompute(neon);

  const branch = newBranch(neon, project, source.parent, {
    name,
    parentId: source.isRoot ? undefined : source.parent.id,
    parentLsn: source.isRoot ? undefined : (source.lsn ?? neon.ids.lsn()),
    parentTimestamp: source.timestamp,
    initSource: source.initSource,
    restricted,
  });
  branch.isProtected = isProtected;
  const inherited = neon.switches.annotationsInherited ? source.parent.annotation : undefined;
  branch.annotation = labels === undefined ? inherited : { value: labels, createdAt: branch.createdAt };
  if (expiresAt !== undefined) setExpiry(neon, branch, expiresAt);
  project.branches.set(branch.id, branch);
  // All changes above happen without a pause, so two creates with one name cannot both succeed.
  const endpoints = await Promise.all(computes.map((compute) => addEndpoint(neon, project, branch, compute)));
  const operations = schedule(neon, project, [
    // An archived parent is unarchived first, with its own parents (Neon docs, "Branch archiving").
    ...unarchiveSteps(neon, project, source.parent),
    {
      action: "create_branch",
      branchId: branch.id,
      work: () => copyInto(neon, branch, source.parent),
      done: () => (isArchived ? markArchived(neon, branch) : markReady(neon, branch)),
    },
    ...(isArchived ? [] : endpoints.map((endpoint) => startStep(neon, project, endpoint))),
  ]);
  return { branch, endpoints, operations };
}

interface NewBranch {
  readonly name: string | undefined;
  readonly parentId: string | undefined;
  readonly parentLsn?: string | undefined;
  readonly parentTimestamp?: string | undefined;
  readonly initSource: string;
  readonly restricted?: Branch["restrictedActions"];
}

/** A branch with the roles and databases of its source. The source's passwords are replaced if it is protected (Neon docs, "Protected branches"). */
export function newBranch(neon: Neon, project: Project, source: Branch | undefined, wanted: NewBranch): Branch {
  const now = neon.clock.now();
  const id = neon.ids.id("br");
  const roles = [...(source?.roles.values() ?? [])].map((role) => ({
    ...role,
    password: source?.isProtected ? neon.ids.password() : role.password,
  }));
  return {
    id,
    projectId: project.id,
    name: wanted.name ?? id,
    parentId: wanted.parentId,
    parentLsn: wanted.parentLsn,
    parentTimestamp: wanted.parentTimestamp,
    state: "init",
    pendingState: "ready",
    stateChangedAt: now,
    createdAt: now,
    updatedAt: now,
    isDefault: false,
    isProtected: false,
    expiresAt: undefined,
    ttlSeconds: undefined,
    lastResetAt: undefined,
    initSource: wanted.initSource,
    annotation: undefined,
    restrictedActions: wanted.restricted ?? [],
    roles: new Map(roles.map((role) => [role.name, role])),
    databases: new Map([...(source?.databases.values() ?? [])].map((database) => [database.name, { ...database, id: neon.ids.number() }])),
    deletedAt: undefined,
    deletedBy: undefined,
    isDeleted: false,
    hiddenReads: neon.switches.readLag,
    hiddenLists: neon.switches.listLag,
    features: newFeatures(source),
  };
}

/** A copy has the Neon Auth and the Data API of its source, each with an address of its own. */
function newFeatures(source: Branch | undefined): Branch["features"] {
  return {
    maskingRules: [],
    backupSchedule: [],
    authDatabase: source?.features.authDatabase,
    dataApis: new Set(source?.features.dataApis),
    restoredFrom: undefined,
    restoredAs: undefined,
    restoreStatus: undefined,
  };
}

export function markReady(neon: Neon, branch: Branch): void {
  if (branch.deletedAt !== undefined) return;
  branch.state = "ready";
  branch.pendingState = undefined;
  branch.stateChangedAt = neon.clock.now();
}

export async function copyInto(neon: Neon, branch: Branch, source: Branch): Promise<void> {
  await neon.storage?.copy(branch, source, { schemaOnly: branch.initSource !== "parent-data" });
  if (source.isProtected) await neon.storage?.configure(branch);
}

interface Combination {
  readonly isProtected: boolean;
  readonly expiresAt: number | undefined;
  readonly source: Branch;
  readonly schemaOnly: boolean;
  readonly computes: readonly EndpointRequest[];
}

function refuseCombination(neon: Neon, { isProtected, expiresAt, source, schemaOnly, computes }: Combination): void {
  const status = neon.switches.expiryRuleStatus;
  if (isProtected && expiresAt !== undefined) throw refused(status, "a protected branch cannot have an expiration");
  if (source.expiresAt !== undefined && !schemaOnly) throw refused(status, "a branch with an expiration cannot have children");
  if (neon.switches.notReady && source.state === "init") throw refused(422, "branch not ready yet");
  if (computes.filter((compute) => compute.type === "read_write").length > 1) {
    throw refused(409, "read_write endpoint already exists", neon.switches.errorCodes ? "ENDPOINTS_LIMIT_EXCEEDED" : "");
  }
  if (schemaOnly && neon.switches.schemaOnlyNeedsCompute && computes.length === 0) {
    throw refused(400, "schema-only branches require a read-write compute");
  }
}
