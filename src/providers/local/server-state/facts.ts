import type { Session } from "../../../postgres/connect.ts";
import { namedFacts, rightFacts, roleFacts, settingFacts, storedFacts } from "./facts-queries.ts";

/** A kind of state that all databases of a server share. */
export type FactKind =
  | "role"
  | "attribute"
  | "comment"
  | "setting"
  | "member"
  | "right"
  | "database"
  | "option"
  | "tablespace"
  | "parameter"
  | "slot"
  | "origin";

/** One part of the state of the whole server. */
export interface Fact {
  readonly kind: FactKind;
  /** The same for the same part at another time, also if its value differs. */
  readonly key: string;
  /** The names of which the text that makes or changes it has to contain some. The first is that of the object itself. */
  readonly names: readonly string[];
  /** The names of the roles without which it cannot exist. */
  readonly roles: readonly string[];
  /** The statement that makes it as it is. Null if it cannot be made again. */
  readonly make: string | null;
  /** The statement that removes it. Null for a part that each object of its kind has. */
  readonly undo: string | null;
  /** Of a role, whose name can change. */
  readonly oid: string | null;
}

/** The state of a server that all its databases share, without that of databases which offshoot created. */
export interface ServerState {
  readonly facts: ReadonlyMap<string, Fact>;
  /** The role of this session. */
  readonly user: string;
}

/** Reads the state of the server. What this role cannot read is missing in each state that it reads. */
export async function readServerState(session: Session): Promise<ServerState> {
  const [me] = await session.query<{ user: string; isSuperuser: boolean; version: number }>(
    `select current_user::pg_catalog.text as user, pg_catalog.current_setting('server_version_num')::int as version,
       (select rolsuper from pg_catalog.pg_roles where rolname = current_user) as "isSuperuser"`,
  );
  if (me === undefined) throw new TypeError("a session has a role");
  const server = { isSuperuser: me.isSuperuser, major: Math.floor(me.version / 10_000) };
  const queries = [roleFacts(server), settingFacts(), rightFacts(server), namedFacts(), ...storedFacts(server)];
  const rows = await session.query<Fact & Record<string, unknown>>(queries.join("\nunion all\n"));
  return { facts: new Map(rows.map((fact) => [`${fact.kind} ${fact.key}`, fact])), user: me.user };
}
