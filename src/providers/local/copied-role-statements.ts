import { codeOf } from "../../errors.ts";
import type { Session } from "../../postgres/connect.ts";
import { identifier, literal } from "../../postgres/identifier.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import { barStatement, RESTRICTIONS } from "./restricted-role.ts";

/** A role of another server, by its name. */
export interface OriginalRole {
  readonly name: string;
  /** The attribute `inherit`. */
  readonly inherits: boolean;
  /** Whether row-level security does not apply to it: it has the attribute, or is a superuser. */
  readonly bypassesRls: boolean;
  readonly memberOf: readonly Membership[];
}

export interface Membership {
  readonly role: string;
  readonly isAdmin: boolean;
  /** Since PostgreSQL 16 each membership has these two. Undefined: the server is older. */
  readonly inherits?: boolean | undefined;
  readonly canSet?: boolean | undefined;
}

/** A role to create, as all processes that share it want it. */
export interface Definition extends OriginalRole {
  /** Of the role that opens sessions. */
  readonly password?: string | undefined;
  /** Another one in each process that must not share the role. */
  readonly nonce?: string | undefined;
}

/** Marks the roles that are created here, so that no other role is dropped. */
const MARK = "offshoot: only for the copies of a rehearsal";
/** Of the process that uses the role with which sessions are opened, and of others that share it. */
const SESSIONS = 100;

/** `ours`: created here. `plain`: of somebody else, without rights on the server. `powerful`: with such rights. */
export type Existing = "ours" | "plain" | "powerful";

/** The roles of the server. */
export async function existingRoles(session: Session): Promise<ReadonlyMap<string, Existing>> {
  const rows = await session.query<{ name: string; state: Existing }>(
    `select r.rolname::pg_catalog.text as name, case when pg_catalog.shobj_description(r.oid, 'pg_authid') = $1 then 'ours'
       when r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolreplication or r.rolbypassrls or exists (
         select from pg_catalog.pg_roles p where pg_catalog.starts_with(p.rolname, 'pg_') and pg_catalog.pg_has_role(r.oid, p.oid, 'member')) then 'powerful'
       else 'plain' end as state
     from pg_catalog.pg_roles r`,
    [MARK],
  );
  return new Map(rows.map(({ name, state }) => [name, state]));
}

/** Creates the roles that are missing, and gives each its attributes and its memberships, and no others. */
export async function makeRoles(
  session: Session,
  definitions: readonly Definition[],
  existing: ReadonlyMap<string, Existing>,
): Promise<void> {
  // One message is one transaction: the role never exists without its mark and its bar.
  for (const each of definitions) await session.query(roleStatements(each, existing.has(each.name)).join(";\n"));
  for (const statement of await revokeStatements(session, definitions)) await session.query(statement);
  for (const { name, memberOf } of definitions) await grantMemberships(session, name, memberOf);
}

/** Makes a role a member of others. */
export async function grantMemberships(session: Session, member: string, memberships: readonly Membership[]): Promise<void> {
  for (const membership of memberships) {
    // Two roles of the original cannot be members of each other, but one that is here already can be.
    if (membership.role !== member) await session.query(grantStatement(member, membership)).catch(ignoring(SQLSTATE.invalidGrant));
  }
}

/** A role that exists is left of a killed process, or another process shares it, which wants the same. */
function roleStatements({ name, inherits, bypassesRls, password }: Definition, exists: boolean): readonly string[] {
  const role = identifier(name);
  const login = password === undefined ? "nologin" : `login password ${literal(password)} connection limit ${SESSIONS}`;
  return [
    `${exists ? "alter" : "create"} role ${role} ${login} ${inherits ? "inherit" : "noinherit"} ${bypassesRls ? "bypassrls" : "nobypassrls"} ${RESTRICTIONS}`,
    `comment on role ${role} is ${literal(MARK)}`,
    ...(password === undefined ? [] : [barStatement(name)]),
  ];
}

/** The memberships that a killed process or a migration left. */
async function revokeStatements(session: Session, definitions: readonly Definition[]): Promise<readonly string[]> {
  const wanted = new Set(definitions.flatMap(({ name, memberOf }) => memberOf.map(({ role }) => JSON.stringify([role, name]))));
  const present = await session.query<{ role: string; member: string }>(
    `select r.rolname::pg_catalog.text as role, m.rolname::pg_catalog.text as member from pg_catalog.pg_auth_members a
     join pg_catalog.pg_roles r on r.oid = a.roleid join pg_catalog.pg_roles m on m.oid = a.member
     where m.rolname = any ($1)`,
    [definitions.map(({ name }) => name)],
  );
  return present
    .filter(({ role, member }) => !wanted.has(JSON.stringify([role, member])))
    .map(({ role, member }) => `revoke ${identifier(role)} from ${identifier(member)} cascade`);
}

function grantStatement(member: string, { role, isAdmin, inherits, canSet }: Membership): string {
  const grant = `grant ${identifier(role)} to ${identifier(member)}`;
  if (inherits === undefined || canSet === undefined) return isAdmin ? `${grant} with admin option` : grant;
  return `${grant} with admin ${isAdmin}, inherit ${inherits}, set ${canSet}`;
}

/** Drops the roles that no process holds. One that the copy of a killed process still uses is left to the next call. */
export async function dropUnused(session: Session): Promise<void> {
  const unused = await session.query<{ name: string }>(
    `select r.rolname::pg_catalog.text as name from pg_catalog.pg_roles r
     where pg_catalog.shobj_description(r.oid, 'pg_authid') = $1 and not exists (select from pg_catalog.pg_locks l
       where l.locktype = 'advisory' and l.objsubid = 2 and l.classid = pg_catalog.hashtext('role of a copy ' || r.rolname)::pg_catalog.oid)`,
    [MARK],
  );
  for (const { name } of unused) {
    const expected = [SQLSTATE.dependentObjects, SQLSTATE.undefinedObject, SQLSTATE.objectInUse];
    await session.query(`drop role if exists ${identifier(name)}`).catch(ignoring(...expected));
  }
}

function ignoring(...codes: readonly string[]): (thrown: unknown) => void {
  return (thrown) => {
    if (!codes.includes(codeOf(thrown) ?? "")) throw thrown;
  };
}
