import { identifier } from "../../../postgres/identifier.ts";
import type { CopiedRoles } from "../../../providers/local/plan-roles.ts";
import { ownerHere, type Rights } from "./rights.ts";

/** Rights of the database itself, for each copy. */
export function databaseStatements(name: string, { database }: Rights, roles: CopiedRoles): readonly string[] {
  const login = identifier(roles.login.name);
  const rights = ["connect", ...(database.canCreate ? ["create"] : []), ...(database.canUseTemporary ? ["temporary"] : [])];
  return [
    `alter database ${identifier(name)} owner to ${identifier(ownerHere(database.owner, roles) ?? roles.login.name)}`,
    `revoke all on database ${identifier(name)} from public`,
    `grant ${rights.join(", ")} on database ${identifier(name)} to ${login}`,
  ];
}
