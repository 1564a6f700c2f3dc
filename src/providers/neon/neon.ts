import { deadline } from "../../deadline.ts";
import { silent } from "../../events.ts";
import { waitUntilReady } from "../../postgres/ready.ts";
import type { Database, Limits, Provider, Refusal, Wanted } from "../provider.ts";
import { neonApi } from "./api.ts";
import { ensureBase } from "./base.ts";
import type { Bounds } from "./bounds.ts";
import { factsOf, isKeyRejected } from "./failure.ts";
import { handOut } from "./handout.ts";
import { list } from "./list.ts";
import { look } from "./look.ts";
import type { NeonOptions, World } from "./options.ts";
import { place } from "./place.ts";
import { sharedRate } from "./rate.ts";
import { reach } from "./reach.ts";
import { refusalOf } from "./refusal.ts";
import { release } from "./release.ts";
import type { Site } from "./site.ts";

/** How long `await using` may take to remove a branch. */
const DISPOSE_MS = 60_000;

/**
 * The provider contract over Neon: a branch per run, the owner tag in its annotation, an expiry on it. One call from
 * nothing to a URL. Throws `NOT_OURS`, `PROTECTED`, `PROVIDER_REJECTED`, `PROVIDER_OUTAGE`, `CONNECTION_FAILED`,
 * `USAGE` for a choice that must be made, `TIMED_OUT`, `CANCELLED`; no error holds the key or a password.
 */
export function neonProvider(options: NeonOptions): Provider {
  const world = { ...REAL, ...options.world };
  const apiKey = filled(options.apiKey);
  const project = filled(options.project);
  const refused = refusalOf({ apiKey, project, secretsWithheld: options.secretsWithheld });
  const site = siteOf(options, world, apiKey ?? "", project ?? "");
  const { parent } = options.choices;
  const bound = (what: string, { withinMs, signal, emit }: Limits): Bounds => ({
    within: world.deadline(what, withinMs, signal),
    emit,
  });

  const releaseName: Provider["release"] = async (name, limits, seen, only) => {
    if (refused !== undefined) return "already-gone";
    const bounds = bound(`removing the Neon branch ${name}`, limits);
    const releasing = { api: site.api, parent, random: world.random, only };
    return (await withheld(options, () => release(releasing, name, bounds, seen))) ?? "already-gone";
  };
  const dispose = (name: string) => (): Promise<unknown> =>
    releaseName(name, { signal: new AbortController().signal, withinMs: DISPOSE_MS, emit: silent });

  async function acquire(wanted: Wanted, limits: Limits): Promise<Database | Refusal> {
    if (refused !== undefined) return refused;
    const bounds = bound(`getting the Neon branch ${wanted.name}`, limits);
    for (;;) {
      const placed = await place(site, wanted, bounds);
      if ("kind" in placed) return placed;
      const database = await handOut(site, placed, bounds, dispose(wanted.name));
      if (database !== undefined) return database;
      bounds.within.check();
    }
  }

  return {
    name: "neon",
    refuse: async () => refused,
    acquire,
    async find(name, limits) {
      if (refused !== undefined) return undefined;
      const bounds = bound(`looking for the Neon branch ${name}`, limits);
      const branch = await withheld(options, () => look(site.api, name, bounds));
      if (branch?.tag === undefined || branch.isGoing) return undefined;
      return handOut(site, { branch, created: undefined, base: undefined }, bounds, dispose(name));
    },
    release: releaseName,
    async list(limits) {
      if (refused !== undefined) return [];
      return (await withheld(options, () => list(site.api, parent, world.now(), bound("listing the Neon branches", limits)))) ?? [];
    },
    async ensureBase(wanted, limits, migrate) {
      if (refused !== undefined || !options.base) return;
      const workshop = { site, acquire: (base: Wanted) => acquire(base, limits), release: (name: string) => releaseName(name, limits) };
      await withheld(options, () => ensureBase(workshop, wanted, () => bound(`getting the base ${wanted.name}`, limits), migrate));
    },
    async reach(where, copy, limits) {
      if (refused !== undefined) return refused;
      return reach(site, where, copy, bound(`reaching ${where.branch ?? "the parent"} on Neon`, limits), dispose(copy.name));
    },
  };
}

const REAL: World = {
  deadline,
  now: () => new Date(),
  random: Math.random,
  rate: sharedRate,
  adapter: undefined,
  probe: waitUntilReady,
};

function siteOf(options: NeonOptions, world: World, apiKey: string, project: string): Site {
  const { rate, random, now, adapter } = world;
  const { apiHost, secretsWithheld, base, choices } = options;
  const api = neonApi({ apiKey, project, apiHost, adapter, rate, random, now, secrets: [apiKey] });
  return { api, project, secretsWithheld, base, bases: new Map(), choices, world, isShared: true };
}

/** Where the CI keeps its secrets to itself, a rejected key means that Neon was never there for this job. */
async function withheld<T>({ secretsWithheld }: NeonOptions, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (thrown) {
    const facts = factsOf(thrown);
    if (secretsWithheld && facts !== undefined && isKeyRejected(facts)) return undefined;
    throw thrown;
  }
}

/** CI services export what they don't know as empty, and a pasted secret often ends in a line break. */
function filled(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === "" ? undefined : trimmed;
}
