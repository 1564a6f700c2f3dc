import { identifier } from "../postgres/identifier.ts";
import type { BaseLimits } from "./local/base-limits.ts";
import { codeOf, isOffshootError, messageOf, OffshootError } from "../errors.ts";
import { isTemporary } from "../postgres/sqlstate.ts";
import { tlsFailureOf } from "../postgres/tls-failure.ts";
import { describeUrl, directUrl, parseUrl } from "../postgres/url.ts";
import type { LocalOptions } from "./local/acquire.ts";
import { localProvider } from "./local/local.ts";
import { type Bounds, examined, type Server, type ServerSource, withinSession } from "./local/server.ts";
import type { Provider, Refusal } from "./provider.ts";

export interface ExistingOptions extends Pick<LocalOptions, "now"> {
  /** URL of a role that can create databases, with the database to connect to for that. */
  readonly url: string | undefined;
  /** Whether clones of a run's database may be created on the server. Default false. */
  readonly clones?: boolean | undefined;
  /** Milliseconds after its last use when a base is dropped. */
  readonly baseTtlMs: number;
  /** How many bases are kept; default no limit. */
  readonly baseLimits?: BaseLimits | undefined;
}

/**
 * Databases on a Postgres server that the user runs, such as a service container of the CI job. Databases are created and
 * dropped there; the server is never stopped. Throws `URL_INVALID` at once when the URL is not a Postgres URL.
 */
export function existingProvider({ url, clones = false, ...options }: ExistingOptions): Provider {
  const source = existingSource(url);
  const provider = localProvider(clones ? source : { ...source, clonesRefusal: CLONES_NOT_ALLOWED }, options);
  return {
    ...provider,
    reset: undefined,
    snapshots: undefined,
    find: (...request) => orOutage(() => provider.find(...request)),
    release: (...request) => orOutage(() => provider.release(...request)),
    list: (...request) => orOutage(() => provider.list(...request)),
  };
}

/** A suite of tests creates many databases. On a server of the user it does so only with permission. */
const CLONES_NOT_ALLOWED: Refusal = {
  kind: "refusal",
  provider: "existing",
  code: "clones-not-allowed",
  text: "offshoot creates no clones on an existing server unless a setting allows it.",
  remedy: "Set OFFSHOOT_EXISTING_CLONES=true, or existing.clones: true in offshoot.yaml. Or use the provider docker or embedded.",
  mayFallBack: false,
};

/** A server that cannot be reached may still have databases of ours. So an outage is reported, and never an empty result. */
async function orOutage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!isOffshootError(thrown) || thrown.code !== "CONNECTION_FAILED") throw thrown;
    throw new OffshootError("PROVIDER_OUTAGE", thrown.message, {
      meaning: thrown.meaning ?? "It may have databases of offshoot. They were neither listed nor deleted.",
      remedy: thrown.remedy,
      facts: { ...thrown.facts, provider: "existing" },
      cause: thrown,
    });
  }
}

function existingSource(url: string | undefined): ServerSource {
  const server = url === undefined ? undefined : serverOf(url);
  return {
    provider: "existing",
    quickCheckpoints: false,
    running: async () => server,
    refuse: async (bounds) => (await ask(server, bounds)).refusal,
    async examine(bounds) {
      const { refusal: found, text } = await ask(server, bounds);
      return examined("server", found, text);
    },
    async boot() {
      if (server === undefined) throw new TypeError("boot was called after a refusal");
      return server;
    },
  };
}

/** Why the server cannot be used, or what it is. */
interface Answer {
  readonly refusal: Refusal | undefined;
  readonly text: string;
}

function refused(found: Refusal): Answer {
  return { refusal: found, text: "" };
}

/** Connects to the server, and asks whether the role can create databases. */
async function ask(server: Server | undefined, { within }: Bounds): Promise<Answer> {
  if (server === undefined) return refused(refusal("no-url", "No URL of an existing server is set.", "Set OFFSHOOT_EXISTING_URL."));
  const { user } = parseUrl(server.url);
  try {
    const [role] = await withinSession(server.url, within, (session) =>
      session.query<{ canCreate: boolean; version: string }>(
        `select rolcreatedb or rolsuper as "canCreate", pg_catalog.current_setting('server_version') as version from pg_catalog.pg_roles where rolname = current_user`,
      ),
    );
    if (role?.canCreate) {
      return { refusal: undefined, text: `${server.id} answers: PostgreSQL ${role.version}. The role ${user} can create databases.` };
    }
    const remedy = `Run \`alter role ${identifier(user)} createdb\` on the server.`;
    return refused(refusal("no-createdb", `The role ${user} cannot create databases.`, remedy));
  } catch (thrown) {
    within.check();
    return refused(unreachable(server, thrown));
  }
}

/** Session locks need a connection to the server itself. A transaction pooler cannot hold them. */
function serverOf(url: string): Server {
  const direct = directUrl(url, "the URL of the existing server");
  const { host, port } = parseUrl(direct);
  return { url: direct, id: `${host}:${port}` };
}

function unreachable(server: Server, thrown: unknown): Refusal {
  const tls = tlsFailureOf(server.url, thrown);
  // Another provider would hide that the wrong server may have answered.
  if (tls !== undefined) return { ...refusal("tls", `${tls.text} ${tls.meaning}`, tls.remedy), mayFallBack: false };
  const text = `The server at ${describeUrl(server.url)} could not be used: ${messageOf(thrown).replace(/\.?$/, ".")}`;
  const isRejected = codeOf(thrown)?.startsWith("28") ?? false;
  if (isRejected) return { ...refusal("rejected", text, "Correct the user and the password in the URL."), mayFallBack: false };
  const remedy = isTemporary(thrown) ? "Start the server, or correct the host and the port in the URL." : "Correct the URL.";
  return refusal("unreachable", text, remedy);
}

function refusal(code: string, text: string, remedy: string): Refusal {
  return { kind: "refusal", provider: "existing", code, text, remedy, mayFallBack: true, mayHaveDatabases: code !== "no-url" };
}
