import type { DefaultPrivilege } from "../../catalog/grants.ts";
import { path, quoted } from "../../catalog/quote.ts";
import type { ChangedKind } from "../../drift/change.ts";
import { literal } from "../../postgres/identifier.ts";
import type { Lookup } from "../lookup.ts";
import type { ObjectRepair, RepairContext } from "../repair-context.ts";
import { guarded, isStatements, type Remedy, type Statement, toStatements } from "../step.ts";
import { changeRights, partsOfRight } from "./grants.ts";

/** The object types of default privileges, by the letter in `pg_default_acl`. */
const OBJECTS: Readonly<Record<string, string>> = {
  r: "tables",
  S: "sequences",
  f: "functions",
  T: "types",
  n: "schemas",
  L: "large objects",
};

/** The rights of `public` without default privileges for every schema (PostgreSQL documentation, 5.8). */
const BUILTIN: Readonly<Record<string, readonly string[]>> = { f: ["public=EXECUTE"], T: ["public=USAGE"] };

/** All rights on each type of object, which its owner has without default privileges (PostgreSQL documentation, 5.8, table 5.2). */
const ALL_RIGHTS: Readonly<Record<string, readonly string[]>> = {
  r: ["INSERT", "SELECT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"],
  S: ["SELECT", "UPDATE", "USAGE"],
  f: ["EXECUTE"],
  T: ["USAGE"],
  n: ["USAGE", "CREATE"],
  L: ["SELECT", "UPDATE"],
};

/** `MAINTAIN` exists since PostgreSQL 17. */
function rightsOfOwner(owner: string, letter: string, major: number): readonly string[] {
  const all = [...(ALL_RIGHTS[letter] ?? []), ...(letter === "r" && major >= 17 ? ["MAINTAIN"] : [])];
  return all.map((privilege) => `${owner}=${privilege}`);
}

interface Scope {
  readonly owner: string;
  /** Undefined: every schema. */
  readonly schema: string | undefined;
  readonly letter: string;
}

function scopeOf(id: string): Scope {
  const [, owner = "", schema, letter = ""] = /^(.*) in (.*) for (.)$/s.exec(id) ?? [];
  return { owner, schema: schema === "every schema" ? undefined : schema, letter };
}

/** Finds it by the real role name: the comparison uses another name for the main owner. */
function privilegeIn({ catalog, mainOwner }: Lookup, id: string): DefaultPrivilege | undefined {
  const real = id.replace(/^the owner in /, () => `${mainOwner} in `);
  return catalog.defaultPrivileges.find((entry) => entry.id === id || entry.id === real);
}

function privileges(id: string, context: RepairContext): Remedy {
  const [to, from] = [privilegeIn(context.expected, id), privilegeIn(context.actual, id)];
  const { owner, schema, letter } = scopeOf(from?.id ?? to?.id ?? id);
  const role = from === undefined ? context.role(owner) : owner;
  const where = schema === undefined ? "" : ` in schema ${quoted(schema)}`;
  const { major } = context.actual.catalog.server;
  const builtin = schema === undefined ? [...rightsOfOwner(role, letter, major), ...(BUILTIN[letter] ?? [])] : [];
  const wanted = to?.rights.map((right) => inActual(right, context)) ?? builtin;
  const remedy = changeRights(from?.rights ?? builtin, wanted, ` on ${OBJECTS[letter]}`, context);
  if (!isStatements(remedy)) return remedy;
  return remedy.map(({ sql }) => ({ sql: `alter default privileges for role ${quoted(role)}${where} ${sql}` }));
}

/** An expected right with the name that its role has in the actual database. */
function inActual(right: string, { role }: RepairContext): string {
  const { grantee, privilege, grantable } = partsOfRight(right);
  return grantee === "public" ? right : `${role(grantee)}=${privilege}${grantable ? "*" : ""}`;
}

export const defaultPrivileges: ObjectRepair = {
  create: (id, context) => privileges(id, context),
  drop(id, context) {
    const remedy = privileges(id, context);
    if (!isStatements(remedy)) return [];
    const { schema } = scopeOf(id);
    if (schema === undefined || context.expected.find("schemas", quoted(schema)) !== undefined) return remedy;
    // The drop of the schema also drops its default privileges.
    return remedy.map(({ sql }) => ({ sql: guarded(`pg_catalog.to_regnamespace(${literal(quoted(schema))}) is not null`, sql) }));
  },
  alter: (id, _differences, context) => privileges(id, context),
};

const LETTERS: Partial<Record<ChangedKind, readonly [letter: string, word: string]>> = {
  table: ["r", "table"],
  view: ["r", "table"],
  "materialized view": ["r", "table"],
  sequence: ["S", "sequence"],
  function: ["f", "routine"],
  procedure: ["f", "routine"],
  aggregate: ["f", "routine"],
  enum: ["T", "type"],
  domain: ["T", "type"],
  composite: ["T", "type"],
  range: ["T", "type"],
  schema: ["n", "schema"],
};

/** Revokes the rights that `public` has on a new object by default, unless they are expected. */
export function revokePublicDefaults(on: "routine" | "type", id: string, { expected }: RepairContext): readonly Statement[] {
  const [builtin = ""] = BUILTIN[on === "routine" ? "f" : "T"] ?? [];
  const isOpen = expected.find("grants", `${on} ${id}`)?.rights.some((right) => right.startsWith(builtin)) === true;
  return isOpen ? [] : toStatements(`revoke all on ${on} ${id} from public`);
}

/** Revokes what the default privileges of the actual database grant on a new object: its own grants are created separately. */
export function revokeDefaultPrivileges(kind: ChangedKind, id: string, { actual }: RepairContext): readonly Statement[] {
  const [letter, word] = LETTERS[kind] ?? [];
  const grantees = actual.catalog.defaultPrivileges
    .map((entry) => ({ ...scopeOf(entry.id), rights: entry.rights.map(partsOfRight) }))
    .filter((entry) => entry.letter === letter && (entry.schema === undefined || id.startsWith(`${path(entry.schema)}.`)))
    .flatMap(({ owner, rights }) => rights.map(({ grantee }) => grantee).filter((grantee) => grantee !== owner));
  return toStatements(...[...new Set(grantees)].map((grantee) => `revoke all on ${word} ${id} from ${quoted(grantee)}`));
}
