import { codeOf, messageOf } from "../errors.ts";
import { isPassing } from "../postgres/sqlstate.ts";
import { describeUrl, directUrl, parseUrl } from "../postgres/url.ts";
import type { ClusterHost, Server } from "./local/host.ts";
import { localProvider } from "./local/local.ts";
import { withinSession } from "./local/session.ts";
import type { Provider, Refusal } from "./provider.ts";

export interface ExistingOptions {
  /** URL of a role that may create databases, on the database to which it connects for that. */
  readonly url: string | undefined;
  /** Milliseconds after which a base that no run started from is dropped. */
  readonly baseTtlMs: number;
}

/**
 * Databases on a Postgres that somebody else runs, such as a service container of the CI job: created and dropped
 * there, while the server itself is never stopped. Throws `URL_INVALID` at once for what is no Postgres URL.
 */
export function existingProvider({ url, baseTtlMs }: ExistingOptions): Provider {
  return localProvider(existingHost(url), { baseTtlMs });
}

function existingHost(url: string | undefined): ClusterHost {
  const server = url === undefined ? undefined : serverOf(url);
  return {
    provider: "existing",
    quickCheckpoints: false,
    running: async () => server,
    async refuse({ within }) {
      if (server === undefined) return refusal("no-url", "No URL of an existing server is set.", "Set OFFSHOOT_EXISTING_URL.");
      try {
        const [role] = await withinSession(server.url, within, (session) =>
          session.query<{ mayCreate: boolean }>('select rolcreatedb or rolsuper as "mayCreate" from pg_roles where rolname = current_user'),
        );
        if (role?.mayCreate) return undefined;
        const { user } = parseUrl(server.url);
        return refusal("no-createdb", `The role ${user} may not create databases.`, `Run \`alter role "${user}" createdb\` on the server.`);
      } catch (thrown) {
        within.check();
        return unreachable(server, thrown);
      }
    },
    async boot() {
      if (server === undefined) throw new TypeError("boot after a refusal");
      return server;
    },
  };
}

/** Session locks need the server itself, never a transaction pooler in front of it. */
function serverOf(url: string): Server {
  const direct = directUrl(url, "the URL of the existing server");
  const { host, port } = parseUrl(direct);
  return { url: direct, id: `${host}:${port}` };
}

function unreachable(server: Server, thrown: unknown): Refusal {
  const text = `The server at ${describeUrl(server.url)} can't be used: ${messageOf(thrown)}`;
  const isRejected = codeOf(thrown)?.startsWith("28") ?? false;
  if (isRejected) return { ...refusal("rejected", text, "Check the user and the password in the URL."), mayFallBack: false };
  const remedy = isPassing(thrown) ? "Check that the server runs and that host and port are right." : "Check the URL.";
  return refusal("unreachable", text, remedy);
}

function refusal(code: string, text: string, remedy: string): Refusal {
  return { kind: "refusal", provider: "existing", code, text, remedy, mayFallBack: true };
}
