import { randomBytes } from "node:crypto";
import { codeOf, OffshootError } from "../../errors.ts";
import { connect, type Session, withSession } from "../../postgres/connect.ts";
import { identifier, literal } from "../../postgres/identifier.ts";
import { LOCK_CLASS, lockShared } from "../../postgres/lock.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import { parseUrl } from "../../postgres/url.ts";

/** A role that owns temporary copies, and can do nothing outside of them: it cannot even open a session in another database. */
export interface RestrictedRole {
  readonly name: string;
  readonly password: string;
}

/** A role that this process has created. */
export interface HeldRole extends RestrictedRole {
  /** Drops the role. Its databases must be dropped before. */
  drop(): Promise<void>;
}

const PREFIX = "offshoot_restricted_";
/** The key of the lock that the process of a role holds, in SQL: whoever finds a role without it can drop the role. */
const LOCK_OF = "'role ' || ";

/** What no role of copies can do. With `bypassrls` a role sees all rows of its copies, and has no other right. */
export const RESTRICTIONS = "nosuperuser nocreatedb nocreaterole noreplication";
/** Sessions of the role are opened one after the other. The server may need a moment to end one. */
const LIMITS = `${RESTRICTIONS} nobypassrls connection limit 4`;

/** Predefined roles that can use programs and files of the server, or end sessions of others. */
const POWERFUL = ["pg_execute_server_program", "pg_read_server_files", "pg_write_server_files"] as const;

/**
 * A library that does not exist, which every session of the role would load. So the server opens no session for the role, except
 * in a database where `admitStatements` cleared the setting. A revoked right to connect would not do: databases grant that
 * right to everybody, and it can only be taken from everybody. Only a superuser can change the setting, and a client cannot override it.
 */
const BARRED = "offshoot_only_in_its_copies";

/** The statement that keeps a role out of every database. */
export function barStatement(role: string): string {
  return `alter role ${identifier(role)} set session_preload_libraries = ${literal(BARRED)}`;
}

/**
 * The statements that let the role open sessions in a database. The server drops such a setting with the database or the role.
 * `set … = ''` would be a list with one library that has no name.
 */
export function admitStatements(role: string, database: string): readonly string[] {
  return [
    "select pg_catalog.set_config('session_preload_libraries', '', false)",
    `alter role ${identifier(role)} in database ${identifier(database)} set session_preload_libraries from current`,
  ];
}

interface Me extends Record<string, unknown> {
  readonly isSuperuser: boolean;
  /** Whether the role itself could use programs and files, or give itself the right to. */
  readonly isPowerful: boolean;
  /** When a new role expires, by the server's clock. */
  readonly expires: string;
}

/**
 * Creates a role on the server of `serverUrl`, and keeps a session open that shows others that this process still needs it. `undefined`:
 * the role of the URL is not a superuser, and has as few rights as a new role would have. Throws `PROVIDER_REJECTED` when it is
 * neither.
 */
export async function createRestrictedRole(serverUrl: string, signal: AbortSignal): Promise<HeldRole | undefined> {
  const name = `${PREFIX}${randomBytes(8).toString("hex")}`;
  const session = await connect(serverUrl, { signal });
  try {
    const role = await create(session, name, parseUrl(serverUrl).user);
    if (role === undefined) await session.close();
    return role && { ...role, drop: () => drop(serverUrl, name, session) };
  } catch (thrown) {
    await session.close();
    throw thrown;
  }
}

async function drop(serverUrl: string, name: string, holder: Session): Promise<void> {
  try {
    await withSession(serverUrl, (session) => session.query(`drop role if exists ${identifier(name)}`));
  } finally {
    await holder.close();
  }
}

/** Drops the roles of processes that have ended. One that the copy of a killed process still uses is left to the next call. */
export async function dropUnusedRestricted(session: Session): Promise<void> {
  const unused = await session.query<{ name: string }>(
    `select r.rolname::pg_catalog.text as name from pg_catalog.pg_roles r where pg_catalog.starts_with(r.rolname, $1)
       and not exists (select from pg_catalog.pg_locks l where l.locktype = 'advisory' and l.objsubid = 2
         and l.classid = $2::pg_catalog.oid and l.objid = pg_catalog.hashtext(${LOCK_OF}r.rolname)::pg_catalog.oid)`,
    [PREFIX, LOCK_CLASS],
  );
  for (const { name } of unused) await session.query(`drop role if exists ${identifier(name)}`).catch(ignoreUsed);
}

async function create(session: Session, name: string, user: string): Promise<RestrictedRole | undefined> {
  const [me] = await session.query<Me>(
    `select rolsuper as "isSuperuser",
       rolcreaterole or exists (select from pg_catalog.pg_roles p where p.rolname = any ($1) and pg_catalog.pg_has_role(r.oid, p.oid, 'member')) as "isPowerful",
       (pg_catalog.now() + interval '6 hours')::pg_catalog.text as expires
     from pg_catalog.pg_roles r where rolname = current_user`,
    [POWERFUL],
  );
  if (me?.isSuperuser !== true) {
    if (me?.isPowerful === false) return undefined;
    throw new OffshootError(
      "PROVIDER_REJECTED",
      `The role ${user} has more rights than a copy needs, and cannot create a role with fewer.`,
    );
  }
  await dropUnusedRestricted(session);
  await lockShared(session, `role ${name}`);
  const password = randomBytes(24).toString("base64url");
  // One message is one transaction: the role never exists without the bar.
  await session.query(
    `create role ${identifier(name)} login ${LIMITS} password ${literal(password)} valid until ${literal(me.expires)};
     ${barStatement(name)}`,
  );
  return { name, password };
}

/** A role that another process drops at this moment, or that still has rights somewhere, is left to the next call. */
function ignoreUsed(thrown: unknown): void {
  const expected: readonly (string | undefined)[] = [SQLSTATE.undefinedObject, SQLSTATE.dependentObjects, SQLSTATE.internalError];
  if (!expected.includes(codeOf(thrown))) throw thrown;
}
