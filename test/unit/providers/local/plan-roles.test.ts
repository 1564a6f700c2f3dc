import { expect, test } from "vitest";
import type { Existing } from "../../../../src/providers/local/copied-role-statements.ts";
import { planRoles } from "../../../../src/providers/local/plan-roles.ts";

const member = (role: string): { readonly role: string; readonly isAdmin: boolean } => ({ role, isAdmin: false });
const RESTRICTED = { name: "offshoot_restricted_1", password: "r" };
const PASSWORD = { text: "p", nonce: undefined };

const plan = (own: string, existing: Readonly<Record<string, Existing>>): ReturnType<typeof planRoles> => {
  const ownRole = {
    name: own,
    inherits: true,
    bypassesRls: true,
    memberOf: ["app", "admin", "pg_read_all_data", "pg_execute_server_program", "missing"].map(member),
  };
  const others = ["app", "admin", "offshoot_x"].map((name) => ({ name, inherits: true, bypassesRls: false, memberOf: [] }));
  return planRoles({ own, roles: [ownRole, ...others] }, new Map(Object.entries(existing)), PASSWORD, RESTRICTED);
};

test("the copy is used as the role of its name, and what belongs to an unknown role belongs to nobody", () => {
  const { roles, definitions, lent, lentBypass } = plan("owner", {});
  expect(roles).toMatchObject({ login: { name: "owner", password: "p" }, stranger: RESTRICTED.name });
  expect(definitions.map(({ name }) => name)).toEqual(["owner", "app", "admin"]);
  expect(definitions[0]?.memberOf.map(({ role }) => role)).toEqual(["app", "admin", "pg_read_all_data"]);
  expect([lent, lentBypass]).toEqual([[], false]);
  expect(definitions.map(({ bypassesRls }) => bypassesRls)).toEqual([true, false, false]);
});

test("nobody becomes a member of a role of the local server that has rights there", () => {
  const { roles, definitions, lent, lentBypass } = plan("postgres", { postgres: "powerful", admin: "powerful" });
  expect(lentBypass).toBe(true);
  expect(roles).toMatchObject({ login: RESTRICTED, stranger: undefined });
  expect(roles.names.get("postgres")).toBe(RESTRICTED.name);
  // What belongs to a role of which the own role is a member belongs to it too.
  expect(roles.names.get("admin")).toBe(RESTRICTED.name);
  expect(definitions.map(({ name }) => name)).toEqual(["app"]);
  expect(lent.map(({ role }) => role)).toEqual(["app", "pg_read_all_data"]);
});

test("a role of the local server without rights there is used, and not changed", () => {
  const { roles, definitions, lent } = plan("owner", { owner: "plain", app: "plain" });
  expect([roles.login, roles.names.get("app")]).toEqual([RESTRICTED, "app"]);
  expect(definitions.map(({ name }) => name)).toEqual(["admin"]);
  expect(lent.map(({ role }) => role)).toEqual(["owner", "app", "admin", "pg_read_all_data"]);
});
