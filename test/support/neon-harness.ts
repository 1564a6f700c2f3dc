import { setImmediate as turn } from "node:timers/promises";
import { answer } from "../../mocks/neon/api.ts";
import { type Clock, createClock } from "../../mocks/neon/clock.ts";
import { insertBranches } from "../../mocks/neon/control.ts";
import { addFault, type FaultRequest } from "../../mocks/neon/faults.ts";
import { createNeon } from "../../mocks/neon/create-neon.ts";
import { connectionRefusal } from "../../mocks/neon/compute-limits.ts";
import { type Neon, type NeonOptions as MockOptions, theProject } from "../../mocks/neon/neon.ts";
import { parseBody } from "../../mocks/neon/serve.ts";
import { OffshootError } from "../../src/errors.ts";
import { connectionError } from "../../src/postgres/connect.ts";
import { waitUntilReady } from "../../src/postgres/ready.ts";
import type { Event } from "../../src/events.ts";
import { readDatabases, readNames } from "../../src/providers/neon/expected.ts";
import { neonProvider } from "../../src/providers/neon/neon.ts";
import type { NeonChoices, NeonOptions, Dependencies } from "../../src/providers/neon/options.ts";
import { createRateLimiter } from "../../src/providers/neon/rate-limit.ts";
import type { Database, Limits, Provider, Refusal, DatabaseRequest } from "../../src/providers/provider.ts";
import { baseName, branchName } from "../../src/identity/name.ts";
import type { RunIdentity } from "../../src/identity/run-identity.ts";
import { baseTag, ownerTag, tagToRecord } from "../../src/identity/owner-tag.ts";
import { cancelled, type Deadline } from "../../src/deadline.ts";
import type { TlsWorld } from "./neon-tls-world.ts";
import { runIdentity } from "./run-identity.ts";

export const START = Date.parse("2026-11-01T12:00:00Z");
export const KEY = "key-of-the-unit-tests-0123456789";

export const CHOICES: NeonChoices = {
  parent: undefined,
  parentAt: undefined,
  database: undefined,
  role: undefined,
  schemaOnly: false,
  anonymized: false,
  maskingRules: [],
  sslmode: "verify-full",
  compute: { min: undefined, max: undefined, suspendMs: undefined },
};

/** A Neon mock in this process, and providers that use it: no socket, and a clock that moves only during a wait. */
export interface NeonHarness {
  readonly neon: Neon;
  readonly clock: Clock;
  readonly events: Event[];
  /** Sends a request to the mock, as Neon's client does. */
  readonly adapter: (config: unknown) => Promise<unknown>;
  provider(options?: Partial<Omit<NeonOptions, "choices">> & { readonly choices?: Partial<NeonChoices> }): Provider;
  limits(withinMs?: number, signal?: AbortSignal): Limits;
  /** `METHOD route` of every call so far. */
  calls(): readonly string[];
  /** Names of the branches that exist, apart from the default one. */
  names(): readonly string[];
  fault(request: FaultRequest): void;
  insert(branches: readonly Record<string, unknown>[]): readonly { readonly id: string; readonly name: string }[];
  /** Stops what `tls` has started. */
  stop(): Promise<void>;
}

export interface HarnessOptions extends MockOptions {
  readonly random?: () => number;
  /** The mock and its computes speak TLS, and everything but the clock is real. Default: no socket. */
  readonly tls?: TlsWorld | undefined;
}

export async function createHarness({ tls, random = () => 0.5, ...options }: HarnessOptions = {}): Promise<NeonHarness> {
  const clock = createClock({ start: START, frozen: true });
  const server = tls && { storage: tls.storage, postgresMajor: tls.postgresMajor };
  const neon = await createNeon({ clock, seed: 7, apiKey: KEY, ...options, ...server });
  const events: Event[] = [];
  const served = await tls?.serve(neon);
  const inProcess = worldOf(neon, clock, random);
  const world: Partial<Dependencies> =
    served === undefined ? inProcess : { ...inProcess, adapter: undefined, probe: waitUntilReady, readNames, readDatabases };
  return {
    neon,
    clock,
    events,
    adapter: inProcess.adapter as unknown as NeonHarness["adapter"],
    provider: (own = {}) =>
      neonProvider({
        apiKey: KEY,
        rootFile: tls?.rootFile,
        project: neon.projectId,
        apiHost: served?.url ?? "http://neon.test/api/v2",
        secretsWithheld: false,
        base: false,
        ...own,
        choices: { ...CHOICES, ...own.choices },
        dependencies: { ...world, ...own.dependencies },
      }),
    limits: (withinMs = 300_000, signal = new AbortController().signal) => ({
      signal,
      withinMs,
      emit: (event) => void events.push(event),
    }),
    calls: () => neon.calls.log.map(({ method, route }) => `${method} ${route.replace("/projects/{project_id}", "")}`),
    names: () =>
      [...(neon.state.projects.get(neon.projectId)?.branches.values() ?? [])]
        .filter((branch) => !branch.isDefault && branch.deletedAt === undefined)
        .map(({ name }) => name),
    fault: (request) => addFault(neon.faults, request),
    insert: (branches) => insertBranches(neon, { branches }) as readonly { id: string; name: string }[],
    async stop() {
      await served?.stop();
    },
  };
}

function worldOf(neon: Neon, clock: Clock, random: () => number): Dependencies {
  return {
    deadline: (what, ms, parent) => virtualDeadline(clock, what, ms, parent),
    now: () => new Date(clock.now()),
    random,
    rate: createRateLimiter(() => clock.now()),
    requestMs: undefined,
    adapter: (async (config: AxiosLike) => transport(neon, config)) as unknown as Dependencies["adapter"],
    probe: async (url, within, options) => {
      for (;;) {
        const text = refusalOf(neon, new URL(url).host);
        if (text === undefined) return 17;
        const thrown = Object.assign(new Error(text), { code: "XX000" });
        if (options.isPassing?.(thrown) !== true || within.leftMs() <= 1000) throw connectionError(url, thrown);
        // A request beside it takes less than this pause: without the turns, the pause would move the clock over its time limit.
        for (let turns = 0; turns < 20; turns += 1) await turn();
        await within.pause(1000);
      }
    },
    readNames: async (url) => {
      const { hostname, username, pathname } = new URL(url);
      const project = theProject(neon);
      const endpoint = [...project.endpoints.values()].find((one) => one.host === hostname);
      const databases = project.branches.get(endpoint?.branchId ?? "")?.databases;
      const owner = databases?.get(decodeURIComponent(pathname.slice(1)))?.ownerName ?? "";
      return { isOwner: owner === decodeURIComponent(username), owner, databases: databases?.size ?? 0 };
    },
    readDatabases: async (url) => {
      const endpoint = [...theProject(neon).endpoints.values()].find((one) => one.host === new URL(url).hostname);
      return [
        ...(theProject(neon)
          .branches.get(endpoint?.branchId ?? "")
          ?.databases.keys() ?? []),
      ];
    },
  };
}

/** What the proxy of the mock sends to a client of that host. */
function refusalOf(neon: Neon, host: string): string | undefined {
  const project = theProject(neon);
  const endpoint = [...project.endpoints.values()].find((one) => one.host === host || one.poolerHost === host);
  return endpoint === undefined
    ? "The requested endpoint could not be found, or you don't have access to it."
    : connectionRefusal(neon, project, endpoint);
}

/** The fields that Neon's client passes to its transport and that the mock reads. */
interface AxiosLike {
  readonly method?: string;
  readonly url?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly data?: string;
  readonly headers: object;
}

/** Throws errors like axios: they contain the request and so the key. */
async function transport(neon: Neon, config: AxiosLike): Promise<unknown> {
  await turn();
  const query = new URLSearchParams(Object.entries(config.params ?? {}).map(([name, value]): [string, string] => [name, String(value)]));
  const headers = Object.fromEntries(Object.entries(config.headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
  const method = (config.method ?? "get").toUpperCase();
  const outcome = await answer(neon, { method, path: config.url ?? "", query, headers, body: parseBody(config.data ?? "") });
  if (outcome === "dropped") throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET", config, isAxiosError: true });
  const response = { status: outcome.status, statusText: "", headers: outcome.headers ?? {}, data: outcome.body ?? "", config };
  if (outcome.status < 300) return response;
  throw Object.assign(new Error(`Request failed with status code ${outcome.status}`), { code: "ERR_BAD_REQUEST", config, response });
}

export function virtualDeadline(clock: Clock, what: string, ms: number, parent?: AbortSignal): Deadline {
  const end = clock.now() + ms;
  const check = (): void => {
    if (parent?.aborted) throw cancelled(what);
    if (clock.now() >= end) throw new OffshootError("TIMED_OUT", `Timed out: ${what}.`);
  };
  return {
    signal: parent ?? new AbortController().signal,
    leftMs: () => Math.max(0, end - clock.now()),
    check,
    async pause(pauseMs) {
      check();
      clock.advance(Math.min(pauseMs, Math.max(0, end - clock.now())));
      await turn();
      check();
    },
  };
}

export function runOf(key: string): RunIdentity {
  return runIdentity({ key, ref: "main", invocation: key });
}

export function requestFor(
  key: string,
  options: { readonly ttlMs?: number; readonly fingerprint?: string; readonly at?: number } = {},
): DatabaseRequest {
  const run = runOf(key);
  const createdAt = new Date(options.at ?? START);
  const expiresAt = new Date(createdAt.getTime() + (options.ttlMs ?? 7_200_000));
  return { run, name: branchName(run), tag: ownerTag({ run, createdAt, expiresAt }), expiresAt, fingerprint: options.fingerprint };
}

export function baseRequestFor(fingerprint: string): DatabaseRequest {
  const run = runOf("base-maker");
  const tag = baseTag({ run, createdAt: new Date(START), fingerprint });
  return { run, name: baseName(fingerprint), tag, expiresAt: undefined, fingerprint: undefined };
}

interface TaggedBranchOptions {
  readonly now?: number;
  readonly ageMs?: number;
  readonly expiresInMs?: number;
  readonly parentId?: string | undefined;
}

/** A branch for `insert`, with the owner tag of a run. */
export function taggedBranch(
  key: string,
  { now = START, ageMs = 0, expiresInMs = 7_200_000, parentId }: TaggedBranchOptions = {},
): Record<string, unknown> {
  const wanted = requestFor(key, { at: now - ageMs, ttlMs: ageMs + expiresInMs });
  return {
    name: wanted.name,
    annotation: tagToRecord(wanted.tag),
    expires_at: new Date(now + expiresInMs).toISOString(),
    age_ms: ageMs,
    ...(parentId === undefined ? {} : { parent_id: parentId }),
  };
}

export function requireDatabase(acquired: Database | Refusal): Database {
  if (acquired.kind === "refusal") throw new Error(`Refused: ${acquired.code}: ${acquired.text}`);
  return acquired;
}
