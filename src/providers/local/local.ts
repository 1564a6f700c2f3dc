import { deadline } from "../../deadline.ts";
import { isOffshootError, OffshootError } from "../../errors.ts";
import { type Listener, silent } from "../../events.ts";
import type { Session } from "../../postgres/connect.ts";
import { waitUntilReady } from "../../postgres/ready.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import { directUrl, withDatabase } from "../../postgres/url.ts";
import { reportForeign } from "../foreign-name.ts";
import type { Database, Limits, Listed, Provider, ReleaseOptions } from "../provider.ts";
import type { Snapshots } from "../snapshots.ts";
import { acquireOn, type LocalOptions } from "./acquire.ts";
import { keepAsBase } from "./base.ts";
import { copyDatabase } from "./copy.ts";
import type { Created } from "./create.ts";
import { type Entry, readDatabases } from "./databases.ts";
import { examineServers } from "./examine.ts";
import { listServer, listStored } from "./list.ts";
import { describeInvalid } from "./invalid.ts";
import { toDatabase } from "./names.ts";
import { release } from "./release.ts";
import { renew } from "./renew.ts";
import { resetOn } from "./reset.ts";
import { readFrom, readInside, runningServers } from "./running.ts";
import { createSnapshot, listSnapshots, removeSnapshot, requireSnapshot } from "./snapshots.ts";
import type { Bounds, Server, ServerSource } from "./server.ts";
import { tie } from "./tie.ts";

/** How long `await using` may take to drop a database, in milliseconds. */
const DISPOSE_MS = 60_000;

/**
 * The provider contract on one Postgres server: a database for each run, a template database for each fingerprint, and the
 * owner tag in the comment of the database. Throws `NOT_OURS`, `DISK_FULL`, `CONNECTION_FAILED`, `TIMED_OUT`, `CANCELLED`,
 * and the errors of booting the server.
 */
export function localProvider(source: ServerSource, options: LocalOptions): Provider {
  const releaseName = (name: string, limits: Limits, more: ReleaseOptions = {}) =>
    release(source, name, toBounds(`dropping ${toDatabase(name)}`, limits), more);
  const toDatabaseOf = (server: Server, name: string, created: Omit<Created, "snapshot">, major: number, emit: Listener): Database =>
    describeDatabase(source, server, name, created, major, { baseLimits: options.baseLimits, emit }, () =>
      releaseName(name, { signal: new AbortController().signal, withinMs: DISPOSE_MS, emit: silent }),
    );

  return {
    name: source.provider,
    refuse: (limits) => source.refuse(toBounds(`looking for a Postgres (${source.provider})`, limits)),
    examine: (name, limits, major) =>
      examineServers(source, { name, major }, toBounds(`examining the Postgres (${source.provider})`, limits)),
    async acquire(wanted, limits) {
      const acquired = await acquireOn(source, wanted, options, toBounds(`getting a database (${source.provider})`, limits));
      if ("kind" in acquired) return acquired;
      return toDatabaseOf(acquired.server, wanted.name, acquired.created, acquired.created.snapshot.major, limits.emit);
    },
    async find(name, limits) {
      const bounds = toBounds(`looking for ${toDatabase(name)}`, limits);
      for (const server of await runningServers(source, bounds)) {
        const inside = await readInside(source, server, toDatabase(name), bounds);
        if (inside === "stopped") continue;
        const found = inside ?? (await readFrom(source, server, bounds, readDatabases));
        const entry = found?.entries.find((candidate) => candidate.name === toDatabase(name));
        if (entry !== undefined && entry.tag === undefined) reportForeign(limits, `The database ${entry.name} of the server ${server.id}`);
        if (found === undefined || entry?.tag === undefined || entry.isTemplate) continue;
        if (!entry.isValid) {
          limits.emit({ kind: "warning", text: describeInvalid(entry.name) });
          continue;
        }
        if (inside === undefined && !(await answers(withDatabase(server.url, entry.name), bounds))) continue;
        return toDatabaseOf(server, name, { origin: "adopted", tag: entry.tag, base: undefined }, found.major, limits.emit);
      }
      return undefined;
    },
    async reset(name, wanted, limits) {
      const bounds = toBounds(`resetting ${toDatabase(name)}`, limits);
      const request = { ...wanted, quickCheckpoints: source.quickCheckpoints };
      for (const server of await runningServers(source, bounds)) {
        const found = await readFrom(source, server, bounds, async (session) => {
          const done = await resetOn(session, toDatabase(name), request, bounds);
          return done && { done, major: (await readDatabases(session)).major };
        });
        if (found === undefined || !(await answers(withDatabase(server.url, toDatabase(name)), bounds))) continue;
        return toDatabaseOf(server, name, found.done, found.major, limits.emit);
      }
      return undefined;
    },
    async stopped(name, limits) {
      const stored = await source.storedDatabases?.(toBounds(`looking for ${toDatabase(name)}`, limits));
      if (stored === undefined || stored === "unknown") return stored;
      return stored.some((one) => one.name === toDatabase(name)) ? "there" : undefined;
    },
    snapshots: localSnapshots(source, (server, name, done, major, emit) => toDatabaseOf(server, name, done, major, emit)),
    release: releaseName,
    async list(limits) {
      const bounds = toBounds(`listing databases (${source.provider})`, limits);
      const listed: Listed[] = await listStored(source, bounds);
      for (const server of await runningServers(source, bounds)) {
        listed.push(...((await readFrom(source, server, bounds, (session) => listServer(source, server, session))) ?? []));
      }
      return listed;
    },
  };
}

function localSnapshots(
  source: ServerSource,
  describe: (server: Server, name: string, created: Omit<Created, "snapshot">, major: number, emit: Listener) => Database,
): Snapshots<Database> {
  /** The first answer of a running server. */
  const onServers = async <T>(
    what: string,
    limits: Limits,
    work: (session: Session, bounds: Bounds, server: Server) => Promise<T | undefined>,
  ): Promise<T | undefined> => {
    const bounds = toBounds(what, limits);
    for (const server of await runningServers(source, bounds)) {
      const answer = await readFrom(source, server, bounds, (session) => work(session, bounds, server));
      if (answer !== undefined) return answer;
    }
    return undefined;
  };
  return {
    async list(name, limits) {
      const found = await onServers("listing snapshots", limits, async (session) => {
        const all = await listSnapshots(source, session, toDatabase(name));
        return all.length === 0 ? undefined : all;
      });
      return found ?? [];
    },
    async create(name, request, limits) {
      const made = await onServers("storing a snapshot", limits, (session, bounds, server) =>
        createSnapshot(source, server, session, toDatabase(name), request, bounds),
      );
      if (made === undefined) throw new OffshootError("RUN_UNKNOWN", `The database ${name} does not exist any more.`);
      return made;
    },
    restore: (name, snapshot, { check }, limits) =>
      onServers("restoring a snapshot", limits, async (session, bounds, server) => {
        const choose = (entries: readonly Entry[]): Entry => requireSnapshot(entries, toDatabase(name), snapshot);
        const request = { fingerprint: undefined, check, quickCheckpoints: source.quickCheckpoints, snapshot: choose };
        const done = await resetOn(session, toDatabase(name), request, bounds);
        return done && describe(server, name, done, (await readDatabases(session)).major, limits.emit);
      }),
    async remove(name, snapshot, limits) {
      const removed = await onServers("deleting a snapshot", limits, async (session, bounds) => {
        const outcome = await removeSnapshot(session, toDatabase(name), snapshot, bounds);
        return outcome === "deleted" ? outcome : undefined;
      });
      return removed ?? "not-found";
    },
  };
}

function toBounds(what: string, { withinMs, signal, emit }: Limits): Bounds {
  return { within: deadline(what, withinMs, signal), emit };
}

/** False when the database was dropped meanwhile. */
async function answers(url: string, { within }: Bounds): Promise<boolean> {
  try {
    await waitUntilReady(url, within);
    return true;
  } catch (thrown) {
    if (isOffshootError(thrown) && thrown.facts["sqlstate"] === SQLSTATE.undefinedDatabase) return false;
    throw thrown;
  }
}

function describeDatabase(
  { provider, quickCheckpoints, clonesRefusal }: ServerSource,
  server: Server,
  name: string,
  { origin, tag, base }: Omit<Created, "snapshot">,
  postgresMajor: number,
  bases: Pick<LocalOptions, "baseLimits"> & { readonly emit: Listener },
  dispose: () => Promise<unknown>,
): Database {
  const database = toDatabase(name);
  const url = directUrl(withDatabase(server.url, database));
  const isQuick = quickCheckpoints && postgresMajor >= 15;
  const clones = clonesRefusal ?? { provider, url: directUrl(server.url), pooledUrl: url, directUrl: url, isQuick, tag };
  return {
    kind: "database",
    provider,
    id: `${server.id}/${database}`,
    name,
    url,
    directUrl: url,
    origin,
    expiresAt: tag.expires === undefined ? undefined : new Date(tag.expires),
    postgresMajor,
    tag,
    base: base?.name,
    renew: (ttlMs, signal) => renew(server.url, { name: database, tag }, ttlMs, signal),
    // A pooler in front of a server of the user can keep the session of a killed process.
    tie: provider === "existing" ? undefined : (signal) => tie(server.url, database, signal),
    copy: (signal, run) => copyDatabase(server.url, database, { isQuick, tag, signal, run }),
    clones,
    clone: async (wanted) => (await import("../clones/clones.ts")).cloneOf(clones, wanted),
    keepAsBase: (fingerprint, stillTrue, signal, record) =>
      keepAsBase({
        url: server.url,
        database,
        tag,
        fingerprint,
        record,
        stillTrue,
        quickCheckpoints,
        baseLimits: bases.baseLimits,
        emit: bases.emit,
        signal,
      }),
    async [Symbol.asyncDispose]() {
      await dispose();
    },
  };
}
