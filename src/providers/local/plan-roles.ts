import type { SharedPassword } from "./copied-role-password.ts";
import type { Definition, Existing, Membership, OriginalRole } from "./copied-role-statements.ts";
import type { RestrictedRole } from "./restricted-role.ts";

/** Roles of another server. */
export interface OriginalRoles {
  /** The role that is used there. */
  readonly own: string;
  readonly roles: readonly OriginalRole[];
}

/** The roles for copies of a database of another server. */
export interface CopiedRoles {
  /** The role with which the copies are used. It has the name of the original's own role, unless the server has another role of that name. */
  readonly login: RestrictedRole;
  /** The name here of each role of the original that can be used here. */
  readonly names: ReadonlyMap<string, string>;
  /** A role without members, for what belongs to a role that is not here. Undefined: there is none. */
  readonly stranger: string | undefined;
}

/** What to create on a server for the roles of another one. */
export interface RolePlan {
  readonly roles: CopiedRoles;
  readonly definitions: readonly Definition[];
  /** The memberships of the process's own role, where it takes the place of the original's own role. */
  readonly lent: readonly Membership[];
  /** Whether the process's own role takes the place of one to which row-level security does not apply. */
  readonly lentBypass: boolean;
}

/** Roles of Postgres with rights inside of a database only. The others reach the whole server, its files and programs. */
const HARMLESS: ReadonlySet<string> = new Set(["pg_read_all_data", "pg_write_all_data", "pg_maintain"]);

/**
 * Plans the roles: those whose names are free are created. Nobody becomes a member of a role of this server with rights outside of
 * its databases. Where the name of the original's own role is not free, the role of the process takes its place. Pure.
 */
export function planRoles(
  { own, roles }: OriginalRoles,
  existing: ReadonlyMap<string, Existing>,
  password: SharedPassword,
  restricted: RestrictedRole,
): RolePlan {
  const isFree = (name: string): boolean => (existing.get(name) ?? "ours") === "ours";
  const known = new Set(roles.map(({ name }) => name).filter((name) => existing.get(name) !== "powerful" && !isReserved(name)));
  const areKnown = (memberships: readonly Membership[]): readonly Membership[] =>
    memberships.filter(({ role }) => known.has(role) || HARMLESS.has(role));
  const isBorrowed = !known.has(own) || !isFree(own);
  const login = isBorrowed ? restricted : { name: own, password: password.text };
  const definitions = roles
    .filter(({ name }) => known.has(name) && isFree(name))
    .map((role): Definition => ({
      ...role,
      memberOf: areKnown(role.memberOf),
      ...(role.name === login.name ? { password: password.text, nonce: password.nonce } : {}),
    }));
  const ownRole = roles.find(({ name }) => name === own);
  const memberOf = ownRole?.memberOf ?? [];
  return {
    roles: {
      login,
      names: new Map([
        // Whoever is a member of a role has what belongs to it.
        ...rolesAbove(own, roles).map((name) => [name, login.name] as const),
        ...[...known].map((name) => [name, name] as const),
        [own, login.name],
      ]),
      stranger: isBorrowed ? undefined : restricted.name,
    },
    definitions,
    lent: isBorrowed ? areKnown([{ role: own, isAdmin: false }, ...memberOf]) : [],
    lentBypass: isBorrowed && ownRole?.bypassesRls === true,
  };
}

/** The roles of which a role is a member, also through others. */
function rolesAbove(own: string, roles: readonly OriginalRole[]): readonly string[] {
  const above = new Set([own]);
  for (const name of above) for (const { role } of roles.find((each) => each.name === name)?.memberOf ?? []) above.add(role);
  return [...above].filter((name) => !name.startsWith("pg_"));
}

/** The names of Postgres, and those of offshoot's own roles. */
function isReserved(name: string): boolean {
  return name.startsWith("pg_") || name.startsWith("offshoot_");
}
