import type { DefaultPrivilege, Grant } from "../../catalog/grants.ts";
import { path, quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import type { ChangedKind } from "../../drift/change.ts";
import { type Lookup, realName } from "../lookup.ts";
import type { Maker, Making } from "../repair-context.ts";
import { guarded, isStatements, plain, type Remedy, type Statement } from "../step.ts";

/** `grantee=PRIVILEGE*` in parts. */
function parts(right: string): { readonly grantee: string; readonly privilege: string; readonly grantable: boolean } {
  const at = right.lastIndexOf("=");
  const grantable = right.endsWith("*");
  return { grantee: right.slice(0, at), privilege: right.slice(at + 1, grantable ? -1 : undefined), grantable };
}

const TARGET: Readonly<Record<Grant["on"], string>> = {
  schema: "schema",
  relation: "table",
  column: "table",
  routine: "routine",
  type: "type",
};

/** The words between a privilege and the grantee: `on table app.users`, or for a column `(name) on table app.users`. */
function target(grant: Grant, { actual, expected }: Making): string {
  if (grant.on === "column") {
    const [, table, column] = /^(.*)\.("(?:[^"]|"")*"|[^."]+)$/s.exec(grant.name) ?? [];
    return ` (${column}) on table ${table}`;
  }
  const isSequence = [actual, expected].some((side) => side.find("sequences", grant.name) !== undefined);
  return ` on ${isSequence ? "sequence" : TARGET[grant.on]} ${grant.name}`;
}

function changed(from: readonly string[], to: readonly string[], where: string, making: Making): Remedy {
  const surplus = from.filter((right) => !to.includes(right)).map(parts);
  const lacking = to.filter((right) => !from.includes(right)).map(parts);
  // The owner of most is called by one name on both sides only in the comparison.
  const called = (name: string): string => (name === "public" ? name : making.role(name));
  const unknown = lacking.map(({ grantee }) => called(grantee)).find((name) => name !== "public" && !making.actual.source.roles.has(name));
  if (unknown !== undefined) return { cannot: `there is no role ${quoted(unknown)} on this server` };
  const quotedName = (name: string): string => (name === "public" ? name : quoted(called(name)));
  return plain(
    ...surplus.map((right) => `revoke ${right.privilege.toLowerCase()}${where} from ${quoted(right.grantee)}`),
    ...lacking.map(
      (right) =>
        `grant ${right.privilege.toLowerCase()}${where} to ${quotedName(right.grantee)}${right.grantable ? " with grant option" : ""}`,
    ),
  );
}

/** The comparison calls a column's sequence by the column, and the grants on it too. */
function grantIn(side: Lookup, id: string): Grant | undefined {
  return side.find("grants", id) ?? side.find("grants", `relation ${realName(side, id.replace(/^relation /, ""))}`);
}

function granted(id: string, making: Making): Remedy {
  const [to, from] = [grantIn(making.expected, id), grantIn(making.actual, id)];
  const there = from ?? to;
  return there === undefined ? [] : changed(from?.rights ?? [], to?.rights ?? [], target(there, making), making);
}

export const grants: Maker = {
  create(id, making) {
    const to = grantIn(making.expected, id);
    return to === undefined ? [] : changed([], to.rights, target(to, making), making);
  },
  drop(id, making) {
    const from = grantIn(making.actual, id);
    const remedy = from === undefined ? [] : changed(from.rights, [], target(from, making), making);
    return isStatements(remedy) ? remedy : [];
  },
  alter: (id, _differences, making) => granted(id, making),
};

const OBJECTS: Readonly<Record<string, string>> = { r: "tables", S: "sequences", f: "functions", T: "types", n: "schemas" };

/** What everybody gets where nothing is said for every schema (PostgreSQL documentation, 5.8); the owner has all. */
const BUILTIN: Readonly<Record<string, readonly string[]>> = { f: ["public=EXECUTE"], T: ["public=USAGE"] };

interface Scope {
  readonly owner: string;
  /** Undefined: in every schema. */
  readonly schema: string | undefined;
  readonly letter: string;
}

function scopeOf(id: string): Scope {
  const [, owner = "", schema, letter = ""] = /^(.*) in (.*) for (.)$/s.exec(id) ?? [];
  return { owner, schema: schema === "every schema" ? undefined : schema, letter };
}

/** By the role's present name: the comparison calls the owner of most by another. */
function privilegeIn({ catalog, principal }: Lookup, id: string): DefaultPrivilege | undefined {
  const real = id.replace(/^the owner in /, () => `${principal} in `);
  return catalog.defaultPrivileges.find((entry) => entry.id === id || entry.id === real);
}

function privileges(id: string, making: Making): Remedy {
  const [to, from] = [privilegeIn(making.expected, id), privilegeIn(making.actual, id)];
  const { owner, schema, letter } = scopeOf(from?.id ?? to?.id ?? id);
  const where = schema === undefined ? "" : ` in schema ${quoted(schema)}`;
  const mine = [...(from?.rights ?? []), ...(to?.rights ?? [])].filter((right) => parts(right).grantee === owner);
  const builtin = schema === undefined ? [...mine, ...(BUILTIN[letter] ?? [])] : [];
  const remedy = changed(from?.rights ?? builtin, to?.rights ?? builtin, ` on ${OBJECTS[letter]}`, making);
  if (!isStatements(remedy)) return remedy;
  const role = from === undefined ? making.role(owner) : owner;
  return remedy.map(({ sql }) => ({ sql: `alter default privileges for role ${quoted(role)}${where} ${sql}` }));
}

export const defaultPrivileges: Maker = {
  create: (id, making) => privileges(id, making),
  drop(id, making) {
    const remedy = privileges(id, making);
    if (!isStatements(remedy)) return [];
    const { schema } = scopeOf(id);
    if (schema === undefined || making.expected.find("schemas", quoted(schema)) !== undefined) return remedy;
    // A schema takes them along.
    return remedy.map(({ sql }) => ({ sql: guarded(`pg_catalog.to_regnamespace(${literal(quoted(schema))}) is not null`, sql) }));
  },
  alter: (id, _differences, making) => privileges(id, making),
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

/** Takes back what everybody has by default on something new, where nobody is to have it. */
export function closed(on: "routine" | "type", id: string, { expected }: Making): readonly Statement[] {
  const [builtin = ""] = BUILTIN[on === "routine" ? "f" : "T"] ?? [];
  const isOpen = expected.find("grants", `${on} ${id}`)?.rights.some((right) => right.startsWith(builtin)) === true;
  return isOpen ? [] : plain(`revoke all on ${on} ${id} from public`);
}

/** Takes back what default privileges of the actual database give to everything new: an object's rights are its own. */
export function withoutDefaults(kind: ChangedKind, id: string, { actual }: Making): readonly Statement[] {
  const [letter, word] = LETTERS[kind] ?? [];
  const grantees = actual.catalog.defaultPrivileges
    .map((entry) => ({ ...scopeOf(entry.id), rights: entry.rights.map(parts) }))
    .filter((entry) => entry.letter === letter && (entry.schema === undefined || id.startsWith(`${path(entry.schema)}.`)))
    .flatMap(({ owner, rights }) => rights.map(({ grantee }) => grantee).filter((grantee) => grantee !== owner));
  return plain(...[...new Set(grantees)].map((grantee) => `revoke all on ${word} ${id} from ${quoted(grantee)}`));
}
