import { jitter } from "../../deadline.ts";
import { isOffshootError, OffshootError } from "../../errors.ts";
import { parseUrl } from "../../postgres/url.ts";
import { cloneOf } from "../clones/clones.ts";
import type { Database, Refusal } from "../provider.ts";
import { factsOf, isCreateLost, isFormless, isMissing } from "./api-errors.ts";
import { type BranchUrls, connectionOf, fetchUrls, requireNames, urlsOfCreated } from "./connection.ts";
import { consoleUrl } from "./console-url.ts";
import { capacityCodeOf, capacityRefusal } from "./compute-errors.ts";
import { computeRequest } from "./branch-request.ts";
import type { AcquiredBranch } from "./create-state.ts";
import { openExpected, type Opened, USUAL } from "./expected.ts";
import type { Setup } from "./options.ts";
import { renewalOf } from "./renew.ts";
import { waitUntilAnonymized, waitUntilReady } from "./ready.ts";
import type { CallContext, NeonApi, Operation } from "./types.ts";
import { withTagCheck } from "./tag-check.ts";
import { requireMasked } from "./masked.ts";
import { removeUnusable, wasDeleted } from "./unusable.ts";

/** Neon may refuse logins to a branch that is younger than this (see ready.ts). */
const FRESH_MS = 60_000;

/** The database of a branch, after a query was answered; undefined if the branch was deleted meanwhile. */
export async function openDatabase(
  setup: Setup,
  acquired: AcquiredBranch,
  context: CallContext,
  dispose: () => Promise<unknown>,
): Promise<Database | undefined> {
  const { branch, created } = acquired;
  const work = async (own: CallContext): Promise<Database | undefined> => {
    const opened = await openBranch(setup, acquired, own);
    if (opened !== undefined) await remember(setup, opened);
    return opened && toDatabase(setup, acquired, opened, dispose);
  };
  if (created !== undefined) return withTagCheck(setup, branch, context, work);
  try {
    return await work(context);
  } catch (thrown) {
    // The job that created the branch deletes it when the plan does not allow its compute to run. Then this job starts over.
    if (await wasDeleted(setup, branch, thrown, context)) return undefined;
    throw thrown;
  }
}

/** Only unusual names are worth a file, and those that replace them. */
async function remember({ names, choices }: Setup, { urls }: Opened): Promise<void> {
  if (names === undefined || choices.database !== undefined || choices.role !== undefined) return;
  const { database, user: role } = parseUrl(urls.directUrl);
  const expected = (await names.read()) ?? USUAL;
  if (database !== expected.database || role !== expected.role) await names.write({ database, role });
}

async function openBranch(setup: Setup, acquired: AcquiredBranch, context: CallContext): Promise<Opened | undefined> {
  const { branch, created, base } = acquired;
  const { api, choices, dependencies } = setup;
  const isMasked = choices.anonymized && base === undefined;
  if (created === undefined) {
    if (isMasked) await requireMasked(setup, branch, context);
    const expected = await openExpected(setup, branch.id, context);
    if (expected !== undefined) return expected;
  }
  const started = await startedUrls(setup, acquired, context);
  if (started === undefined) return undefined;
  if (isMasked && created !== undefined) await waitUntilAnonymized(api, branch.id, context, dependencies.random);
  const isFresh = created !== undefined || Math.abs(dependencies.now().getTime() - branch.createdAt.getTime()) < FRESH_MS;
  const { urls, operations } = started;
  const postgresMajor = await waitUntilReady(api, { url: urls.directUrl, operations, isFresh }, context, dependencies);
  return { urls, postgresMajor };
}

/**
 * The same for a branch that was just acquired. If this call created it and a limit of the plan keeps its compute from
 * running, the branch is deleted, and the result is a refusal. Any other branch that cannot be used is an error.
 */
export async function openAcquired(
  setup: Setup,
  acquired: AcquiredBranch,
  context: CallContext,
  dispose: () => Promise<unknown>,
): Promise<Database | Refusal | undefined> {
  try {
    return await openDatabase(setup, acquired, context, dispose);
  } catch (thrown) {
    if (acquired.created === undefined || !setup.isShared || isUntagged(thrown)) throw thrown;
    const isRemoved = await removeUnusable(setup, acquired.branch, thrown, context);
    const code = capacityCodeOf(thrown);
    if (!isRemoved || code === undefined || !isOffshootError(thrown)) throw thrown;
    return capacityRefusal(code, thrown);
  }
}

/** The check of the tag has already deleted the branch, or has reported that it is kept. */
function isUntagged(thrown: unknown): boolean {
  return isOffshootError(thrown) && thrown.facts["tag"] === "missing";
}

/** The URLs of the branch and the operations that start its compute; undefined if Neon does not know the branch. */
async function startedUrls(
  setup: Setup,
  { branch, created }: AcquiredBranch,
  context: CallContext,
): Promise<{ urls: BranchUrls; operations: readonly Operation[] } | undefined> {
  if (created !== undefined) return { urls: await urlsOfCreated(setup, created, context), operations: created.operations };
  try {
    const connection = await connectionOf(setup, branch.id, context);
    const urls = await fetchUrls(setup, branch.id, connection, context).catch(unlessMissing);
    if (urls !== undefined) return { urls, operations: [] };
    await requireNames(setup, branch.id, context);
    // The compute is missing. Some of Neon's servers may also not know a branch that was created moments ago.
    const operations = await provideCompute(setup, branch.id, context);
    return { urls: await fetchUrls(setup, branch.id, connection, context), operations: operations ?? [] };
  } catch (thrown) {
    return unlessMissing(thrown);
  }
}

function unlessMissing(thrown: unknown): undefined {
  const facts = factsOf(thrown);
  if (facts === undefined || !isMissing(facts)) throw thrown;
}

/**
 * Creates a compute for an adopted branch without one, and returns the operations that start it; undefined if the branch
 * already had one. If another job creates it at the same moment, that compute is used.
 */
async function provideCompute(
  { api, choices, dependencies }: Setup,
  branchId: string,
  context: CallContext,
): Promise<readonly Operation[] | undefined> {
  if (await hasCompute(api, branchId, context)) return undefined;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await api.createEndpoint(branchId, computeRequest(choices), context);
    } catch (thrown) {
      const facts = factsOf(thrown);
      if (facts === undefined) throw thrown;
      if (facts.status === 409) return [];
      // The reply was lost or wrong, so that only another list shows whether the compute exists.
      const isLost = isCreateLost(facts);
      if ((isLost || isFormless(facts)) && (await hasCompute(api, branchId, context))) return [];
      if (!isLost || attempt === MOST_CREATES) throw thrown;
    }
    await context.deadline.pause(jitter(FIRST_PAUSE_MS * 2 ** attempt, dependencies.random));
  }
}

async function hasCompute(api: NeonApi, branchId: string, context: CallContext): Promise<boolean> {
  return (await api.endpoints(context)).some((endpoint) => endpoint.branchId === branchId && endpoint.isReadWrite);
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;
const MOST_ATTEMPTS = 12;
/** A request for a compute whose reply was lost is sent again at most this often. */
const MOST_CREATES = 5;

/**
 * Repeats `attempt` while it returns undefined, because the branch was deleted between two calls or because some of Neon's
 * servers do not know it yet. Pauses between the attempts, up to 5 s. Throws `PROVIDER_OUTAGE` after 12 attempts.
 */
export async function untilOpened<T>(
  attempt: () => Promise<T | undefined>,
  name: string,
  { deadline }: CallContext,
  random: () => number,
): Promise<T> {
  let pauseMs = FIRST_PAUSE_MS;
  for (let attempts = 1; attempts <= MOST_ATTEMPTS; attempts += 1) {
    const opened = await attempt();
    if (opened !== undefined) return opened;
    await deadline.pause(jitter(pauseMs, random));
    pauseMs = Math.min(pauseMs * 1.6, LONGEST_PAUSE_MS);
  }
  throw new OffshootError("PROVIDER_OUTAGE", `Neon listed the branch ${name}, but returned no URL for it in ${MOST_ATTEMPTS} attempts.`, {
    remedy: "Run the command again. If it fails again, look at the branch and its compute in Neon's console.",
  });
}

function toDatabase(
  setup: Setup,
  { branch, created, base }: AcquiredBranch,
  { urls, postgresMajor }: Opened,
  dispose: () => Promise<unknown>,
): Database {
  const { tag } = branch;
  // The code that created or adopted the branch has written or checked the tag.
  if (tag === undefined) throw new TypeError(`${branch.name} has no tag`);
  const clones = { provider: "neon", url: urls.directUrl, pooledUrl: urls.url, directUrl: urls.directUrl, isQuick: false, tag } as const;
  return {
    kind: "database",
    provider: "neon",
    id: branch.id,
    consoleUrl: consoleUrl(setup, branch.id),
    name: branch.name,
    url: urls.url,
    directUrl: urls.directUrl,
    origin: created === undefined ? "adopted" : "created",
    expiresAt: branch.expiresAt,
    postgresMajor,
    tag,
    base,
    renew: renewalOf(setup, branch),
    clones,
    clone: (wanted) => cloneOf(clones, wanted),
    async [Symbol.asyncDispose]() {
      await dispose();
    },
  };
}
