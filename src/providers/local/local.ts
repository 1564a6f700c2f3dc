import { codeOf, isOffshootError, OffshootError } from "../../errors.ts";
import { silent } from "../../events.ts";
import { connectionError, type Session } from "../../postgres/connect.ts";
import { isPassing, SQLSTATE } from "../../postgres/sqlstate.ts";
import { waitUntilReady } from "../../postgres/ready.ts";
import { withDatabase } from "../../postgres/url.ts";
import { deadline, jitter } from "../../deadline.ts";
import type { Lifetime } from "../../identity/owner-tag.ts";
import type { Database, Limits, Listed, Provider, Refusal, Wanted } from "../provider.ts";
import { touchBase } from "./base.ts";
import { place, type Placed } from "./create.ts";
import { readDatabases } from "./databases.ts";
import { handOut } from "./handout.ts";
import type { Bounds, ClusterHost, Server } from "./host.ts";
import { listServer, listSleepers } from "./list.ts";
import { toDatabase } from "./names.ts";
import { release } from "./release.ts";
import { withinSession } from "./session.ts";
import { tidy } from "./tidy.ts";

export interface LocalOptions {
  /** Milliseconds after which a base that no run started from is dropped. */
  readonly baseTtlMs: number;
}

/** A server younger than this may be waiting for the keeper that was started with it. */
const KEEPER_START_MS = 10_000;

/** How long `await using` may take to remove a database. */
const DISPOSE_MS = 60_000;

/**
 * The provider contract over one Postgres server: a database per run, a template database per fingerprint, the owner
 * tag in the database's comment. Throws `NOT_OURS`, `DISK_FULL`, `CONNECTION_FAILED`, `TIMED_OUT`, `CANCELLED`
 * and what booting the server throws.
 */
export function localProvider(host: ClusterHost, options: LocalOptions): Provider {
  const releaseName = (name: string, limits: Limits, only?: Lifetime) =>
    release(host, name, bound(`removing ${toDatabase(name)}`, limits), only);
  const out = (server: Server, name: string, placed: Omit<Placed, "snapshot">, major: number): Database =>
    handOut(host, server, name, placed, major, () =>
      releaseName(name, { signal: new AbortController().signal, withinMs: DISPOSE_MS, emit: silent }),
    );

  return {
    name: host.provider,
    refuse: (limits) => host.refuse(bound(`looking for a Postgres (${host.provider})`, limits)),
    async acquire(wanted, limits) {
      const bounds = bound(`getting a database (${host.provider})`, limits);
      let reached = false;
      for (let isStale = false; ; isStale = true) {
        const server = await reach(host, bounds, isStale);
        if (!("kind" in server)) {
          const onReach = (): void => void (reached = true);
          const placed = await attempt(host, server, bounds, () => placeOn(host, server, wanted, options, bounds, onReach));
          if (placed !== undefined && "kind" in placed) return placed;
          if (placed !== undefined) return out(server, wanted.name, placed, placed.snapshot.major);
        } else if (!reached) return server;
        await bounds.within.pause(jitter(25));
      }
    },
    async find(name, limits) {
      const bounds = bound(`looking for ${toDatabase(name)}`, limits);
      for (const server of await runningServers(host, bounds)) {
        const found = await visit(host, server, bounds, readDatabases);
        const entry = found?.entries.find((candidate) => candidate.name === toDatabase(name));
        if (found === undefined || entry?.tag === undefined || entry.isTemplate) continue;
        if (!(await answers(withDatabase(server.url, entry.name), bounds))) continue;
        return out(server, name, { origin: "adopted", tag: entry.tag, base: undefined }, found.major);
      }
      return undefined;
    },
    release: (name, limits, _seen, only) => releaseName(name, limits, only),
    async list(limits) {
      const bounds = bound(`listing databases (${host.provider})`, limits);
      const listed: Listed[] = await listSleepers(host, bounds);
      for (const server of await runningServers(host, bounds)) {
        listed.push(...((await visit(host, server, bounds, (session) => listServer(host, server, session))) ?? []));
      }
      return listed;
    },
  };
}

function bound(what: string, { withinMs, signal, emit }: Limits): Bounds {
  return { within: deadline(what, withinMs, signal), emit };
}

async function reach(host: ClusterHost, bounds: Bounds, isStale: boolean): Promise<Server | Refusal> {
  const running = isStale ? undefined : await host.running(bounds);
  return running ?? (await host.refuse(bounds)) ?? host.boot(bounds);
}

/** Undefined where the server went away or isn't what it seemed: worth another look. */
async function attempt<T>(host: ClusterHost, server: Server, bounds: Bounds, work: () => Promise<T>): Promise<T | Refusal | undefined> {
  try {
    return await work();
  } catch (thrown) {
    const code = codeOf(thrown);
    const again: readonly (string | undefined)[] = [SQLSTATE.undefinedDatabase, SQLSTATE.databaseDropped, SQLSTATE.invalidPassword];
    if (isPassing(thrown) || again.includes(code)) return undefined;
    // The role may not create databases: nothing was created, so this is a refusal still.
    const refusal = code === SQLSTATE.insufficientPrivilege ? await host.refuse(bounds) : undefined;
    if (refusal !== undefined) return refusal;
    throw explained(server, thrown);
  }
}

async function placeOn(
  host: ClusterHost,
  server: Server,
  wanted: Wanted,
  options: LocalOptions,
  bounds: Bounds,
  onReach: () => void,
): Promise<Placed> {
  return withinSession(server.url, bounds.within, async (session) => {
    onReach();
    const name = toDatabase(wanted.name);
    const { tag, fingerprint } = wanted;
    const placed = await place(session, { name, tag, fingerprint, quickCheckpoints: host.quickCheckpoints }, bounds);
    const { snapshot, base } = placed;
    await withinSession(withDatabase(server.url, name), bounds.within, (own) => own.query("select 1"));
    // Only who creates looks after the server: of fifty jobs at once one is enough.
    if (placed.origin === "created" && !snapshot.isKept && snapshot.upMs > KEEPER_START_MS) await host.watch?.(server);
    if (placed.origin === "created") await tidy(session, snapshot, { ...bounds, baseTtlMs: options.baseTtlMs, except: base?.name });
    if (base !== undefined) await touchBase(session, base, snapshot, bounds.within);
    return placed;
  });
}

async function runningServers(host: ClusterHost, bounds: Bounds): Promise<readonly Server[]> {
  const first = await host.running(bounds);
  return [...(first === undefined ? [] : [first]), ...((await host.elsewhere?.(bounds)) ?? [])];
}

/** Reads from a server; undefined where it is one of ours and has stopped meanwhile, since then it holds nothing live. */
async function visit<T>(
  host: ClusterHost,
  server: Server,
  { within }: Bounds,
  work: (session: Session) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await withinSession(server.url, within, work);
  } catch (thrown) {
    if (host.stop !== undefined && isPassing(thrown)) return undefined;
    throw explained(server, thrown);
  }
}

/** False where the database went away after it was seen: its sessions are ended before it is gone. */
async function answers(url: string, { within }: Bounds): Promise<boolean> {
  try {
    await waitUntilReady(url, within);
    return true;
  } catch (thrown) {
    if (isOffshootError(thrown) && thrown.facts["sqlstate"] === SQLSTATE.undefinedDatabase) return false;
    throw thrown;
  }
}

/** Our error for what can be expected of a server; anything else as it is. */
function explained(server: Server, thrown: unknown): unknown {
  const code = codeOf(thrown);
  if (code === SQLSTATE.diskFull) {
    return new OffshootError("DISK_FULL", "The disk of the Postgres server is full.", {
      meaning: "No database could be created.",
      remedy: "Free some space, or remove stale databases with `offshoot sweep --yes`.",
      cause: thrown,
    });
  }
  return isPassing(thrown) || code === SQLSTATE.invalidPassword ? connectionError(server.url, thrown) : thrown;
}
