import { OffshootError } from "../../errors.ts";
import { isLoopback } from "../../loopback.ts";
import { nearest } from "../../nearest.ts";
import { type DirectUrl, directUrl, isPooledHost, withReadableDatabase } from "../../postgres/url.ts";
import { WITHOUT_PASSWORDS } from "./api-errors.ts";
import type { NeonChoices, Setup } from "./options.ts";
import type { CallContext, Connection, CreatedBranch, OwnedDatabase } from "./types.ts";

/** The URLs of one branch. */
export interface BranchUrls {
  /** Through Neon's PgBouncer. */
  readonly url: string;
  readonly directUrl: DirectUrl;
}

type Choice = Pick<NeonChoices, "database" | "role">;

type Needs = Pick<Setup, "api" | "choices" | "rootFile">;

/** URLs from the reply to the create; needs another call only if the parent has several roles or databases. */
export async function urlsOfCreated(setup: Needs, created: CreatedBranch, context: CallContext): Promise<BranchUrls> {
  const { role, database } = chooseConnection(created.databases, created.roles, setup.choices);
  const given = created.connections.find((entry) => entry.role === role && entry.database === database);
  return given === undefined
    ? fetchUrls(setup, created.branch.id, { role, database }, context, created.poolerHost)
    : urlsOf(given.uri, tlsOf(setup), given.pooler_host === "" ? undefined : given.pooler_host);
}

/** The role and the database of an existing branch. Lists its databases unless the settings name both. */
export async function connectionOf({ api, choices }: Needs, branchId: string, context: CallContext): Promise<Connection> {
  const { role, database } = choices;
  if (role !== undefined && database !== undefined) return { role, database };
  return chooseConnection(await api.databases(branchId, context), undefined, choices);
}

/**
 * Finds out why Neon knows no URL for an existing branch: it answers 404 for a missing branch, compute, role and database
 * alike. Throws `USAGE` with the names that exist when the settings name another database or role. What `connectionOf` has
 * listed is not listed again.
 */
export async function requireNames({ api, choices }: Needs, branchId: string, context: CallContext): Promise<void> {
  if (choices.role === undefined) return;
  const databases = await api.databases(branchId, context);
  chooseConnection(databases, await api.roles(branchId, context), choices);
}

/** The URLs of an existing branch. The pooled host can be derived from a host name in Neon's form; another host name needs a second call. */
export async function fetchUrls(
  setup: Needs,
  branchId: string,
  connection: Connection,
  context: CallContext,
  poolerHost?: string,
): Promise<BranchUrls> {
  const { api } = setup;
  const uri = await api.connectionUri(branchId, connection, false, context);
  if (poolerHost !== undefined || new URL(uri).hostname.startsWith("ep-")) return urlsOf(uri, tlsOf(setup), poolerHost);
  return urlsOf(uri, tlsOf(setup), new URL(await api.connectionUri(branchId, connection, true, context)).host);
}

/** What the URLs of Neon's hosts say about TLS. */
export interface UrlTls {
  readonly sslmode: NeonChoices["sslmode"];
  readonly rootFile: string | undefined;
}

function tlsOf({ choices: { sslmode }, rootFile }: Needs): UrlTls {
  return { sslmode, rootFile };
}

/**
 * The configured database or the only one, and the configured role or the owner of the database. Throws `USAGE` with the
 * names that exist.
 */
export function chooseConnection(databases: readonly OwnedDatabase[], roles: readonly string[] | undefined, choice: Choice): Connection {
  const names = databases.map(({ name }) => name);
  const [only, another] = databases;
  const database = choice.database === undefined && another === undefined ? only : databases.find(({ name }) => name === choice.database);
  if (database === undefined) {
    const what =
      choice.database === undefined ? "has several databases." : `has no database ${choice.database}.${question(choice.database, names)}`;
    throw new OffshootError("USAGE", `The Neon branch ${names.length === 0 ? "has no database." : what}`, {
      meaning: names.length === 0 ? undefined : `Its databases: ${listed(names)}.`,
      remedy:
        names.length === 0
          ? "Create a database on the parent branch in Neon."
          : "Set neon.database (OFFSHOOT_NEON_DATABASE) to one of its databases.",
    });
  }
  if (choice.role !== undefined && roles !== undefined && !roles.includes(choice.role)) {
    throw new OffshootError("USAGE", `The Neon branch has no role ${choice.role}.${question(choice.role, roles)}`, {
      meaning: roles.length === 0 ? undefined : `Its roles: ${listed(roles)}.`,
      remedy: "Set neon.role (OFFSHOOT_NEON_ROLE) to one of its roles, or remove the setting to use the owner of the database.",
    });
  }
  return { role: choice.role ?? database.owner, database: database.name };
}

export function question(wanted: string, names: readonly string[]): string {
  const similar = nearest(wanted, names);
  return similar === undefined ? "" : ` Did you mean ${similar}?`;
}

/** How many names an error lists. */
const MOST_NAMES = 20;

export function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return `${names.slice(0, MOST_NAMES).map(quoted).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** A name that a list would not show clearly is in quotation marks. */
function quoted(name: string): string {
  return /^[\p{L}\p{N}_.-]+$/u.test(name) ? name : JSON.stringify(name);
}

/** Both URLs from the direct one. `poolerHost` is the pooled host that Neon sent; default: derived from the direct host. */
export function urlsOf(uri: string, tls: UrlTls, poolerHost?: string): BranchUrls {
  const secured = directUrl(withTls(uri, tls), "the URL that Neon returned");
  const direct = directUrl(withReadableDatabase(secured));
  const pooled = new URL(direct);
  if (pooled.password === "") {
    throw new OffshootError("PROVIDER_REJECTED", "Neon returned a connection URI without a password.", WITHOUT_PASSWORDS);
  }
  if (poolerHost === undefined) pooled.hostname = pooledHost(pooled.hostname);
  else pooled.host = poolerHost;
  return { url: pooled.href, directUrl: direct };
}

/**
 * Neon's URLs have `sslmode=require`: libpq then verifies nothing, or verifies with the wrong authorities where a root file
 * of another server exists, and node-postgres prints a warning. With `verify-full` and the file of this machine's authorities
 * all of them verify Neon. A host on this machine, such as a proxy of Neon's, has no certificate of a public authority.
 */
function withTls(uri: string, { sslmode, rootFile }: UrlTls): string {
  if (!URL.canParse(uri) || isLoopback(new URL(uri).hostname)) return uri;
  const secured = new URL(uri);
  secured.searchParams.set("sslmode", sslmode);
  if (sslmode !== "require" && rootFile !== undefined) secured.searchParams.set("sslrootcert", rootFile);
  return secured.href;
}

/** The pooled host has `-pooler` after the endpoint id, which is the first label (Neon docs, "Connection pooling"). */
function pooledHost(host: string): string {
  return isPooledHost(host) ? host : host.replace(/^[^.]+/, "$&-pooler");
}
