import { deadline } from "../../deadline.ts";
import { silent } from "../../events.ts";
import { waitUntilReady } from "../../postgres/ready.ts";
import { parseUrl } from "../../postgres/url.ts";
import { reportForeign } from "../foreign-name.ts";
import type { Database, Limits, Provider, Refusal, DatabaseRequest } from "../provider.ts";
import { neonApi } from "./api.ts";
import { factsOf, isKeyRejected } from "./api-errors.ts";
import { ensureBase } from "./base.ts";
import { findByName } from "./branches.ts";
import { neonClock } from "./clock.ts";
import { createdBy } from "./adopt.ts";
import { createOrAdopt } from "./create.ts";
import { openAcquired, openDatabase, untilOpened } from "./database.ts";
import { deleteByName } from "./delete.ts";
import { readDatabases, readNames } from "./expected.ts";
import { readEverything } from "./everything.ts";
import { examine } from "./examine.ts";
import { extend } from "./extend.ts";
import { otherBranches } from "./foreign.ts";
import { holdBranch } from "./hold.ts";
import { list } from "./list.ts";
import type { Dependencies, NeonOptions, Setup } from "./options.ts";
import { explainingProject, refuseOtherMajor } from "./project.ts";
import { sharedRateLimiter } from "./rate-limit.ts";
import { reach } from "./reach.ts";
import { refusalWithoutCall } from "./refuse.ts";
import { resetBranch } from "./reset.ts";
import { restoreSnapshot } from "./restore.ts";
import { createSnapshot, listSnapshots, removeSnapshot, removeSnapshots } from "./snapshots.ts";
import type { Branch, CallContext } from "./types.ts";

/** The time limit for `await using` to delete a branch. */
const DISPOSE_MS = 60_000;

/**
 * The provider contract for Neon: one branch per run, with the owner tag in its annotation and an expiry. One API call
 * creates it. Throws `NOT_OURS`, `PROTECTED`, `PROVIDER_REJECTED`, `PROVIDER_OUTAGE`, `CONNECTION_FAILED`, `TIMED_OUT`,
 * `CANCELLED`, and `USAGE` if the user must choose a role or a database. No error contains the key or a password.
 */
export function neonProvider(options: NeonOptions): Provider {
  const dependencies = { ...REAL_DEPENDENCIES, ...options.dependencies };
  const apiKey = nonBlank(options.apiKey);
  const project = nonBlank(options.project);
  const refused = refusalWithoutCall({ apiKey, project, secretsWithheld: options.secretsWithheld });
  const setup = setupOf(options, dependencies, apiKey ?? "", project ?? "");
  const { parent } = options.choices;
  const read = readEverything(setup.api, setup.dependencies.now);
  const contextOf = (what: string, { withinMs, signal, emit }: Limits): CallContext => ({
    deadline: dependencies.deadline(what, withinMs, signal),
    emit,
  });

  const inProject = <T>(context: CallContext, work: () => Promise<T>): Promise<T | undefined> =>
    allowPlaceholderKey(options, () => explainingProject(setup, context, work));

  const release: Provider["release"] = async (name, limits, more = {}) => {
    if (refused !== undefined) return "not-found";
    const context = contextOf(`deleting the Neon branch ${name}`, limits);
    // The end of a run deletes a branch only if nobody else uses it. A person who deletes it has decided that.
    const isStrict = more.only !== undefined;
    const hold = more.hold && ((branch: Branch) => holdBranch(setup, branch, { hold: more.hold, isStrict }, context));
    const deleteOptions = { api: setup.api, parent, random: dependencies.random, ...more, hold };
    const released = (await inProject(context, () => deleteByName(deleteOptions, name, context))) ?? "not-found";
    if (more.snapshots === true && released !== "kept") await removeSnapshots(setup, name, context);
    return released;
  };
  // A base may have been created, and the reply was lost. Then no other provider may serve the run.
  let mayHaveBase = false;
  const dispose = (name: string) => (): Promise<unknown> =>
    release(name, { signal: new AbortController().signal, withinMs: DISPOSE_MS, emit: silent });

  async function acquire(wanted: DatabaseRequest, limits: Limits): Promise<Database | Refusal> {
    if (refused !== undefined) return refused;
    const context = contextOf(`getting the Neon branch ${wanted.name}`, limits);
    const other = wanted.major === undefined ? undefined : await refuseOtherMajor(setup, wanted.major, context);
    if (other !== undefined) return other;
    const attempt = async (): Promise<Database | Refusal | undefined> => {
      const acquired = await createOrAdopt(setup, wanted, context);
      return "kind" in acquired ? acquired : openAcquired(setup, acquired, context, dispose(wanted.name));
    };
    return untilOpened(attempt, wanted.name, context, dependencies.random);
  }

  const snapshots: Provider["snapshots"] = {
    list: (name, limits) => listSnapshots(setup, name, contextOf(`listing the snapshots of ${name}`, limits)),
    create: (name, request, limits) => createSnapshot(setup, name, request, contextOf(`storing a snapshot of ${name}`, limits)),
    remove: (name, snapshot, limits) => removeSnapshot(setup, name, snapshot, contextOf(`deleting a snapshot of ${name}`, limits)),
    async restore(name, snapshot, more, limits) {
      const context = contextOf(`restoring a snapshot of ${name}`, limits);
      const branch = await restoreSnapshot(setup, name, snapshot, more, context);
      return openDatabase(setup, { branch, created: undefined, base: undefined }, context, dispose(name));
    },
  };

  return {
    name: "neon",
    refuse: async () => refused,
    async examine(name, limits, major) {
      if (refused !== undefined) return { checks: [], action: undefined, refusal: refused };
      return examine(setup, { name, major }, contextOf(`examining the Neon project ${setup.project}`, limits));
    },
    async acquire(wanted, limits) {
      const answer = await acquire(wanted, limits);
      return answer.kind === "refusal" && mayHaveBase ? { ...answer, mayFallBack: false } : answer;
    },
    async find(name, limits) {
      if (refused !== undefined) return undefined;
      const context = contextOf(`searching for the Neon branch ${name}`, limits);
      const attempt = async (): Promise<Database | "none" | undefined> => {
        const branch = await inProject(context, () => findByName(setup.api, name, context));
        if (branch === undefined || branch.isBeingDeleted) return "none";
        if (branch.tag === undefined) {
          reportForeign(limits, `The branch ${branch.name} (${branch.id}, ${createdBy(branch)})`);
          return "none";
        }
        return openDatabase(setup, { branch, created: undefined, base: undefined }, context, dispose(name));
      };
      const found = await untilOpened(attempt, name, context, dependencies.random);
      return found === "none" ? undefined : found;
    },
    async extend(name, ttlMs, limits) {
      if (refused !== undefined) return undefined;
      const context = contextOf(`extending the Neon branch ${name}`, limits);
      return inProject(context, () => extend(setup, name, ttlMs, context));
    },
    async reset(name, { check }, limits) {
      if (refused !== undefined) return undefined;
      const context = contextOf(`resetting the Neon branch ${name}`, limits);
      const branch = await inProject(context, () => resetBranch(setup, name, { check }, context));
      return branch && openDatabase(setup, { branch, created: undefined, base: undefined }, context, dispose(name));
    },
    snapshots: refused === undefined ? snapshots : undefined,
    async serviceUrls({ id, directUrl }, wanted, limits) {
      const context = contextOf("reading the URLs of the services of the Neon branch", limits);
      const [auth, dataApi] = await Promise.all([
        wanted.auth ? setup.api.authUrl(id, context) : undefined,
        wanted.dataApi ? setup.api.dataApiUrl(id, parseUrl(directUrl).database, context) : undefined,
      ]);
      return { auth, dataApi };
    },
    release,
    async list(limits) {
      if (refused !== undefined) return [];
      const context = contextOf("listing the Neon branches", limits);
      return (await inProject(context, () => list(setup, setup.clock.nowForDeletion, read, context))) ?? [];
    },
    others: refused === undefined ? otherBranches(setup, contextOf, read) : undefined,
    async ensureBase(wanted, limits, migrate) {
      if (refused !== undefined || !options.base) return undefined;
      const operations = {
        setup,
        async acquire(base: DatabaseRequest) {
          const answer = await acquire(base, limits);
          mayHaveBase ||= answer.kind === "refusal" && !answer.mayFallBack;
          return answer;
        },
        release: (name: string) => release(name, limits),
      };
      const newContext = (): CallContext => contextOf(`getting the base ${wanted.name}`, limits);
      return allowPlaceholderKey(options, () => ensureBase(operations, wanted, newContext, migrate));
    },
    async reach(where, copy, limits) {
      if (refused !== undefined) return refused;
      const context = contextOf(`connecting to ${where.branch ?? "the parent branch"} on Neon`, limits);
      return explainingProject(setup, context, () => reach(setup, where, copy, context, dispose(copy.name)));
    },
  };
}

const REAL_DEPENDENCIES: Dependencies = {
  deadline,
  now: () => new Date(),
  random: Math.random,
  rate: sharedRateLimiter,
  requestMs: undefined,
  adapter: undefined,
  probe: waitUntilReady,
  readNames,
  readDatabases,
};

function setupOf(options: NeonOptions, dependencies: Dependencies, apiKey: string, project: string): Setup {
  const { rate, requestMs, random, now, adapter } = dependencies;
  const { apiHost, secretsWithheld, base, choices, rootFile, names } = options;
  const clock = neonClock(now);
  const api = neonApi({ apiKey, project, apiHost, clock, adapter, rate, requestMs, random, now, secrets: [apiKey] });
  const own = { ...dependencies, now: clock.now };
  return {
    api,
    clock,
    project,
    apiHost,
    secretsWithheld,
    base,
    bases: new Map(),
    choices,
    rootFile,
    names,
    dependencies: own,
    isShared: true,
    pointFrom: "setting",
  };
}

/** If the CI withholds secrets, the key may be a placeholder. Then a rejected key means that this job has nothing on Neon. */
async function allowPlaceholderKey<T>({ secretsWithheld }: NeonOptions, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (thrown) {
    const facts = factsOf(thrown);
    if (secretsWithheld && facts !== undefined && isKeyRejected(facts)) return undefined;
    throw thrown;
  }
}

/** CI services set unknown variables to an empty text, and a pasted secret often ends in a line break. */
function nonBlank(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === "" ? undefined : trimmed;
}
