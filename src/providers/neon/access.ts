import { OffshootError } from "../../errors.ts";
import { type DirectUrl, directUrl, isPooledHost } from "../../postgres/url.ts";
import type { NeonApi } from "./api.ts";
import type { Bounds } from "./bounds.ts";
import type { NeonChoices } from "./options.ts";
import type { Connection, Created, Owned } from "./wire.ts";

/** The URLs of one branch. */
export interface Access {
  /** Through Neon's PgBouncer. */
  readonly url: string;
  readonly directUrl: DirectUrl;
}

type Choice = Pick<NeonChoices, "database" | "role">;

/** URLs from the reply to the create; asks Neon once more only where the parent has several roles or databases. */
export async function accessOfCreated(api: NeonApi, created: Created, choice: Choice, bounds: Bounds): Promise<Access> {
  const { role, database } = chooseConnection(created.databases, created.roles, choice);
  const given = created.connections.find((entry) => entry.role === role && entry.database === database);
  return given === undefined
    ? ask(api, created.branch.id, { role, database }, bounds, created.poolerHost)
    : accessOf(given.uri, given.pooler_host === "" ? undefined : given.pooler_host);
}

/** URLs of a branch that exists: which roles and databases it has is asked unless the configuration names both. */
export async function accessOfExisting(api: NeonApi, branchId: string, choice: Choice, bounds: Bounds): Promise<Access> {
  const connection =
    choice.database !== undefined && choice.role !== undefined
      ? { role: choice.role, database: choice.database }
      : chooseConnection(await api.databases(branchId, bounds), undefined, choice);
  return ask(api, branchId, connection, bounds);
}

/** The pooled host is known, or follows from the direct one; where the names aren't Neon's own, it is asked for too. */
async function ask(api: NeonApi, branchId: string, connection: Connection, bounds: Bounds, poolerHost?: string): Promise<Access> {
  const uri = await api.connectionUri(branchId, connection, false, bounds);
  if (poolerHost !== undefined || new URL(uri).hostname.startsWith("ep-")) return accessOf(uri, poolerHost);
  return accessOf(uri, new URL(await api.connectionUri(branchId, connection, true, bounds)).host);
}

/** The configured database or the only one, and the configured role or the database's owner. Throws `USAGE` naming what there is. */
export function chooseConnection(databases: readonly Owned[], roles: readonly string[] | undefined, choice: Choice): Connection {
  const names = databases.map(({ name }) => name);
  const [only, another] = databases;
  const database = choice.database === undefined && another === undefined ? only : databases.find(({ name }) => name === choice.database);
  if (database === undefined) {
    const what = choice.database === undefined ? "has several databases" : `has no database ${choice.database}`;
    throw new OffshootError("USAGE", `The Neon branch ${names.length === 0 ? "has no database" : what}.`, {
      meaning: names.length === 0 ? undefined : `It has ${names.join(", ")}.`,
      remedy: "Name one as neon.database (OFFSHOOT_NEON_DATABASE).",
    });
  }
  if (choice.role !== undefined && roles !== undefined && !roles.includes(choice.role)) {
    throw new OffshootError("USAGE", `The Neon branch has no role ${choice.role}.`, {
      meaning: `It has ${roles.join(", ")}.`,
      remedy: "Name one of them as neon.role (OFFSHOOT_NEON_ROLE), or leave it out for the database's owner.",
    });
  }
  return { role: choice.role ?? database.owner, database: database.name };
}

/** Both URLs from the direct one. `poolerHost` is Neon's own word for the pooled host; default derived. */
export function accessOf(uri: string, poolerHost?: string): Access {
  const direct = directUrl(uri, "the URL that Neon gave");
  const pooled = new URL(direct);
  if (pooled.password === "") {
    throw new OffshootError("PROVIDER_REJECTED", "Neon gave a URL without a password.", {
      meaning: "The project doesn't store its passwords, so nobody can be handed one.",
      remedy: "Let the project store passwords (Neon, project settings).",
    });
  }
  if (poolerHost === undefined) pooled.hostname = pooledHost(pooled.hostname);
  else pooled.host = poolerHost;
  return { url: pooled.href, directUrl: direct };
}

/** Neon pools by name: the endpoint id, which is the first label, gets `-pooler` (Neon docs, "Connection pooling"). */
function pooledHost(host: string): string {
  return isPooledHost(host) ? host : host.replace(/^[^.]+/, "$&-pooler");
}
