import { isOffshootError, messageOf, type OffshootError } from "../../errors.ts";
import { baseName } from "../../identity/name.ts";
import type { Database, Refusal, Released, DatabaseRequest } from "../provider.ts";
import { factsOf, isAmbiguous, isNameTaken, isTransient } from "./api-errors.ts";
import { buildingName, failedName } from "./branches.ts";
import type { Setup } from "./options.ts";
import { readyBase } from "./parent.ts";
import { refusal } from "./refuse.ts";
import type { Branch, CallContext, NeonApi } from "./types.ts";

/** The expiry of a base that is being migrated. Migrations need less time, and an unfinished base must not be kept. */
const BUILDING_MS = 24 * 3_600_000;

/** The operations of the provider that `ensureBase` uses. */
export interface BaseOperations {
  readonly setup: Setup;
  readonly acquire: (wanted: DatabaseRequest) => Promise<Database | Refusal>;
  readonly release: (name: string) => Promise<Released>;
}

/**
 * `Provider.ensureBase` for Neon. All callers before the base is ready adopt the same branch and migrate it; later callers
 * find the base by its final name. Returns a refusal when Neon does not answer and nothing was created.
 */
export async function ensureBase(
  { setup, acquire, release }: BaseOperations,
  wanted: DatabaseRequest,
  context: () => CallContext,
  migrate: (database: Database) => Promise<void>,
): Promise<Refusal | undefined> {
  const { fingerprint } = wanted.tag;
  if (fingerprint === undefined) return undefined;
  const { api, bases, dependencies } = setup;
  const isReadyOne = async (one: string): Promise<boolean> => {
    const ready = await readyBase(api, one, context());
    if (ready !== undefined) bases.set(one, ready);
    return ready !== undefined;
  };
  const { trustedBase } = wanted;
  const isReady = async (): Promise<boolean> =>
    (trustedBase !== undefined && (await isReadyOne(trustedBase))) || (await isReadyOne(fingerprint));
  const before = await isReady().catch((thrown: unknown) => {
    if (isOutage(thrown)) return refusal("outage", thrown.message, thrown.remedy);
    throw thrown;
  });
  // Nothing was created yet, so that another provider can be used.
  if (typeof before === "object") return before;
  if (before) return undefined;
  const expiresAt = new Date(dependencies.now().getTime() + BUILDING_MS);
  const building = await acquire({ ...wanted, name: buildingName(wanted.name), expiresAt, fingerprint: undefined, trustedBase: undefined });
  // The run's own branch may exist already, so that its create decides.
  if (building.kind === "refusal") return undefined;
  // Another run may have finished the base between our search and our create. That freed the name.
  if (await isReady()) {
    if (building.origin === "created") await release(building.name);
    return undefined;
  }
  try {
    await migrate(building);
  } catch (thrown) {
    if (haveMigrationsFailed(thrown)) await renameFailed(api, building, wanted.name, context());
    throw thrown;
  }
  const base = await finishBase(api, building, fingerprint, context());
  if (base !== undefined) bases.set(fingerprint, base);
  return undefined;
}

function isOutage(thrown: unknown): thrown is OffshootError {
  const facts = factsOf(thrown);
  return isOffshootError(thrown) && facts !== undefined && (isTransient(facts) || isAmbiguous(facts));
}

/** The migrations failed, or the audit after them did. All other jobs that wait for them get the same error. */
function haveMigrationsFailed(thrown: unknown): boolean {
  return isOffshootError(thrown) && (thrown.code === "MIGRATION_FAILED" || thrown.code === "FINDINGS");
}

/** Frees the name for the next run. Jobs that wait in the failed base keep their sessions, and the branch still expires. */
async function renameFailed(api: NeonApi, { id }: Database, base: string, context: CallContext): Promise<void> {
  try {
    await api.updateBranch(id, { name: failedName(base, id) }, context);
  } catch (thrown) {
    const text = `The migrations of the base ${buildingName(base)} failed, and the branch could not be renamed: ${messageOf(thrown)}`;
    context.emit({ kind: "warning", text });
  }
}

/**
 * Gives a migrated base its final name. Only that name marks it as ready, so that no run starts from a half-migrated
 * base. The same call removes the expiry, because Neon creates no branch from one that expires. If another base got the
 * name first, ours still expires. Returns the base to start from; undefined, with a warning, if there is none.
 */
async function finishBase(
  api: NeonApi,
  { id, expiresAt }: Database,
  fingerprint: string,
  context: CallContext,
): Promise<Pick<Branch, "id" | "name"> | undefined> {
  const name = baseName(fingerprint);
  try {
    await api.updateBranch(id, expiresAt === undefined ? { name } : { name, expiresAt: null }, context);
    return { id, name };
  } catch (thrown) {
    context.deadline.check();
    const facts = factsOf(thrown);
    const other = facts !== undefined && isNameTaken(facts) ? await readyBase(api, fingerprint, context) : undefined;
    if (other === undefined) context.emit({ kind: "warning", text: `The base ${name} could not be kept: ${messageOf(thrown)}` });
    return other;
  }
}
