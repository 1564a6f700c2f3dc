import type { BaseLimits } from "./base-limits.ts";
import { jitter } from "../../deadline.ts";
import { codeOf, isOffshootError, OffshootError } from "../../errors.ts";
import { connectionError } from "../../postgres/connect.ts";
import { isTemporary, SQLSTATE } from "../../postgres/sqlstate.ts";
import { tlsFailureOf } from "../../postgres/tls-failure.ts";
import { withDatabase } from "../../postgres/url.ts";
import { IDLE_MS } from "../in-use.ts";
import { otherMajor } from "../other-major.ts";
import type { Refusal, DatabaseRequest } from "../provider.ts";
import { touchBase } from "./base.ts";
import { type Created, createOrAdopt } from "./create.ts";
import { dropStale } from "./drop.ts";
import { dropWithoutFiles } from "./invalid.ts";
import { toDatabase } from "./names.ts";
import { type Bounds, type Server, type ServerSource, withinSession } from "./server.ts";

export interface LocalOptions {
  /** Milliseconds after its last use when a base is dropped. */
  readonly baseTtlMs: number;
  /** How many bases are kept; default no limit. */
  readonly baseLimits?: BaseLimits | undefined;
  /** Milliseconds after its last use for which an expired database is kept; default `IDLE_MS`, and never more. */
  readonly idleMs?: number | undefined;
  /** The clock of this machine; default `() => new Date()`. */
  readonly now?: (() => Date) | undefined;
}

/** How long an expired database is kept after its last use. A server that stops sooner keeps it only so long. */
export function keptMs({ idleMs = IDLE_MS }: Pick<LocalOptions, "idleMs">): number {
  return Math.min(idleMs, IDLE_MS);
}

export interface Acquired {
  readonly server: Server;
  readonly created: Created;
}

/** A server that started less than this many milliseconds ago may still get the idle reaper that was started with it. */
const REAPER_START_MS = 10_000;

/** Finds or starts the server and creates or adopts the database on it. Tries again when the server ends meanwhile. */
export async function acquireOn(
  source: ServerSource,
  wanted: DatabaseRequest,
  options: LocalOptions,
  bounds: Bounds,
): Promise<Acquired | Refusal> {
  let hasConnected = false;
  const onConnected = (): void => void (hasConnected = true);
  for (let isRetry = false; ; isRetry = true) {
    const server = await findServer(source, bounds, isRetry);
    if (!("kind" in server)) {
      const created = await tryOn(source, server, bounds, () => createOn(source, server, wanted, options, bounds, onConnected));
      if (created !== undefined && "kind" in created) return created;
      if (created !== undefined) return { server, created };
    } else if (!hasConnected) return server;
    await bounds.within.pause(jitter(25));
  }
}

async function findServer(source: ServerSource, bounds: Bounds, isRetry: boolean): Promise<Server | Refusal> {
  const running = isRetry ? undefined : await source.running(bounds);
  return running ?? (await source.refuse(bounds)) ?? source.boot(bounds);
}

/** Undefined when the work is to be tried again, because the server or the database ended meanwhile. */
async function tryOn<T>(source: ServerSource, server: Server, bounds: Bounds, work: () => Promise<T>): Promise<T | Refusal | undefined> {
  try {
    return await work();
  } catch (thrown) {
    const code = codeOf(thrown);
    const again: readonly (string | undefined)[] = [
      SQLSTATE.undefinedDatabase,
      SQLSTATE.databaseDropped,
      SQLSTATE.invalidPassword,
      UNKNOWN_HOST,
    ];
    if (isTemporary(thrown) || again.includes(code)) return undefined;
    // Nothing was created when the role cannot create databases, so this is still a refusal.
    const refusal = code === SQLSTATE.insufficientPrivilege ? await source.refuse(bounds) : undefined;
    if (refusal !== undefined) return refusal;
    throw withoutSpace(serverError(server, thrown));
  }
}

/** Adds what a full disk means for the database that was wanted. */
function withoutSpace(thrown: unknown): unknown {
  if (!isOffshootError(thrown) || thrown.code !== "DISK_FULL" || thrown.facts["sqlstate"] === undefined) return thrown;
  return new OffshootError("DISK_FULL", "No database was created: the disk of the Postgres server is full.", {
    meaning: thrown.meaning,
    remedy: "Free some disk space, or drop stale databases with `offshoot sweep --yes`.",
    facts: thrown.facts,
  });
}

async function createOn(
  source: ServerSource,
  server: Server,
  wanted: DatabaseRequest,
  options: LocalOptions,
  bounds: Bounds,
  onConnected: () => void,
): Promise<Created | Refusal> {
  return withinSession(server.url, bounds.within, async (session) => {
    onConnected();
    const name = toDatabase(wanted.name);
    const { tag, fingerprint, trustedBase, major } = wanted;
    const { now = () => new Date() } = options;
    const request = { name, tag, fingerprint, trustedBase, quickCheckpoints: source.quickCheckpoints, major, now };
    const created = await createOrAdopt(session, request, bounds);
    if ("otherMajor" in created) return otherMajor(source.provider, `The server ${server.id}`, created.otherMajor, major ?? 0);
    const { snapshot, base, origin } = created;
    const own = withDatabase(server.url, name);
    await withinSession(own, bounds.within, (probe) => probe.query("select 1")).catch(async (thrown: unknown) => {
      const code = codeOf(thrown);
      if (code === SQLSTATE.undefinedDatabase) await dropWithoutFiles(session, name, created, bounds);
      // A migration can forbid sessions: with `allow_connections false`, with a limit, or by revoking the right.
      throw !isTemporary(thrown) && FORBIDDEN.includes(code) ? connectionError(own, thrown) : thrown;
    });
    // Only the creator maintains the server: one of many jobs that start at once is enough.
    if (origin === "created" && !snapshot.hasIdleReaper && snapshot.upMs > REAPER_START_MS) await source.startIdleReaper?.(server);
    if (origin === "created")
      await dropStale(session, snapshot, { ...bounds, baseTtlMs: options.baseTtlMs, idleMs: keptMs(options), except: base?.name });
    if (base !== undefined) await touchBase(session, base, snapshot, bounds.within);
    return created;
  });
}

/** What a database answers that a migration closed. */
const FORBIDDEN: readonly (string | undefined)[] = [
  SQLSTATE.notInPrerequisiteState,
  SQLSTATE.tooManyConnections,
  SQLSTATE.insufficientPrivilege,
];

/** The error code of the system when the host of a URL does not exist. */
const UNKNOWN_HOST = "ENOTFOUND";

/** The error of offshoot for an expected failure of the server. Anything else is returned as it was thrown. */
export function serverError(server: Server, thrown: unknown): unknown {
  const code = codeOf(thrown);
  const expected: readonly (string | undefined)[] = [SQLSTATE.invalidPassword, SQLSTATE.invalidAuthorization, UNKNOWN_HOST];
  const isExpected = isTemporary(thrown) || expected.includes(code) || tlsFailureOf(server.url, thrown) !== undefined;
  return isExpected ? connectionError(server.url, thrown) : thrown;
}
