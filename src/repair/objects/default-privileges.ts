import type { DefaultPrivilege } from "../../catalog/grants.ts";
import { path, quoted } from "../../catalog/quote.ts";
import type { ChangedKind } from "../../drift/change.ts";
import { literal } from "../../postgres/identifier.ts";
import type { Lookup } from "../lookup.ts";
import type { ObjectRepair, RepairContext } from "../repair-context.ts";
import { bySuperuser, isStatements, type Remedy, type Statement, toStatements } from "../step.ts";
import { changeRights, partsOfRight } from "./grants.ts";

/** The rights of `public` without default privileges for every schema (PostgreSQL documentation, 5.8). */
const BUILTIN: Readonly<Record<string, readonly string[]>> = { functions: ["public=EXECUTE"], types: ["public=USAGE"] };

/** All rights on each type of object, which its owner has without default privileges (PostgreSQL documentation, 5.8, table 5.2). */
const ALL_RIGHTS: Readonly<Record<string, readonly string[]>> = {
  tables: ["INSERT", "SELECT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"],
  sequences: ["SELECT", "UPDATE", "USAGE"],
  functions: ["EXECUTE"],
  types: ["USAGE"],
  schemas: ["USAGE", "CREATE"],
  "large objects": ["SELECT", "UPDATE"],
};

/** `MAINTAIN` exists since PostgreSQL 17. */
function rightsOfOwner(owner: string, objects: string, major: number): readonly string[] {
  const all = [...(ALL_RIGHTS[objects] ?? []), ...(objects === "tables" && major >= 17 ? ["MAINTAIN"] : [])];
  return all.map((privilege) => `${owner}=${privilege}`);
}

interface Scope {
  readonly owner: string;
  /** Undefined: every schema. */
  readonly schema: string | undefined;
  /** Such as `tables`. */
  readonly objects: string;
}

function scopeOf(id: string): Scope {
  const [, owner = "", schema, objects = ""] = /^(.*) in (.*) for (.*)$/s.exec(id) ?? [];
  return { owner, schema: schema === "every schema" ? undefined : schema, objects };
}

/** Finds it by the real role name: the comparison uses another name for the main owner. */
function privilegeIn({ catalog, mainOwner }: Lookup, id: string): DefaultPrivilege | undefined {
  const real = id.replace(/^the owner in /, () => `${mainOwner} in `);
  return catalog.defaultPrivileges.find((entry) => entry.id === id || entry.id === real);
}

function privileges(id: string, context: RepairContext): Remedy {
  const [to, from] = [privilegeIn(context.expected, id), privilegeIn(context.actual, id)];
  const { owner, schema, objects } = scopeOf(from?.id ?? to?.id ?? id);
  const role = from === undefined ? context.role(owner) : owner;
  const where = schema === undefined ? "" : ` in schema ${quoted(schema)}`;
  const { major } = context.actual.catalog.server;
  const builtin = schema === undefined ? [...rightsOfOwner(role, objects, major), ...(BUILTIN[objects] ?? [])] : [];
  const wanted = to?.rights.map((right) => inActual(right, context)) ?? builtin;
  const remedy = changeRights(from?.rights ?? builtin, wanted, ` on ${objects}`, context);
  if (!isStatements(remedy)) return remedy;
  return remedy.map(({ sql }) => bySuperuser({ statement: `alter default privileges for role ${quoted(role)}${where} ${sql}` }));
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
    const condition = `pg_catalog.to_regnamespace(${literal(quoted(schema))}) is not null`;
    return remedy.map(({ sql: statement }) => bySuperuser({ statement, condition }));
  },
  alter: (id, _differences, context) => privileges(id, context),
};

const OBJECTS: Partial<Record<ChangedKind, readonly [objects: string, word: string]>> = {
  table: ["tables", "table"],
  view: ["tables", "table"],
  "materialized view": ["tables", "table"],
  sequence: ["sequences", "sequence"],
  function: ["functions", "routine"],
  procedure: ["functions", "routine"],
  aggregate: ["functions", "routine"],
  enum: ["types", "type"],
  domain: ["types", "type"],
  composite: ["types", "type"],
  range: ["types", "type"],
  schema: ["schemas", "schema"],
};

/** Revokes the rights that `public` has on a new object by default, unless they are expected. */
export function revokePublicDefaults(on: "routine" | "type", id: string, { expected }: RepairContext): readonly Statement[] {
  const [builtin = ""] = BUILTIN[on === "routine" ? "functions" : "types"] ?? [];
  const isOpen = expected.find("grants", `${on} ${id}`)?.rights.some((right) => right.startsWith(builtin)) === true;
  return isOpen ? [] : toStatements(`revoke all on ${on} ${id} from public`);
}

/** Revokes what the default privileges of the actual database grant on a new object: its own grants are created separately. */
export function revokeDefaultPrivileges(kind: ChangedKind, id: string, { actual }: RepairContext): readonly Statement[] {
  const [objects, word] = OBJECTS[kind] ?? [];
  const grantees = actual.catalog.defaultPrivileges
    .map((entry) => ({ ...scopeOf(entry.id), rights: entry.rights.map(partsOfRight) }))
    .filter((entry) => entry.objects === objects && (entry.schema === undefined || id.startsWith(`${path(entry.schema)}.`)))
    .flatMap(({ owner, rights }) => rights.map(({ grantee }) => grantee).filter((grantee) => grantee !== owner));
  return toStatements(...[...new Set(grantees)].map((grantee) => `revoke all on ${word} ${id} from ${quoted(grantee)}`));
}
