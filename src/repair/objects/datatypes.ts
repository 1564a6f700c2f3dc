import { literal } from "../../postgres/identifier.ts";
import { changeOwner, type ObjectRepair, ownerOfNew, type RepairContext } from "../repair-context.ts";
import { isRelation } from "../relation-names.ts";
import { guarded, type Statement, toStatements } from "../step.ts";
import { revokePublicDefaults } from "./default-privileges.ts";

/** `pg_type.typtype`. */
const LETTERS = { enums: "e", domains: "d", composites: "c", ranges: "r" } as const;

type TypeKind = keyof typeof LETTERS;

/** `drop type` drops types of every kind. If a type of another kind replaces this one, a second run must keep that one. */
export function dropType(kind: TypeKind, id: string, { expected }: RepairContext): readonly Statement[] {
  const isOtherType = (Object.keys(LETTERS) as TypeKind[]).some((other) => other !== kind && expected.find(other, id) !== undefined);
  // A table and a view have a row type of their name.
  const isReplaced = isOtherType || expected.find("tables", id) !== undefined || expected.find("views", id) !== undefined;
  const drop = `drop ${kind === "domains" ? "domain" : "type"} if exists ${id}`;
  const isThis =
    kind === "composites"
      ? isRelation(id, "c")
      : `exists (select from pg_catalog.pg_type where oid = pg_catalog.to_regtype(${literal(id)}) and typtype = '${LETTERS[kind]}')`;
  return toStatements(isReplaced ? guarded(isThis, drop) : drop);
}

/** SQL condition: the type exists, and its row in `pg_type t` matches. */
export function typeMatches(id: string, condition: string): string {
  return `exists (select from pg_catalog.pg_type t where t.oid = pg_catalog.to_regtype(${literal(id)}) and ${condition})`;
}

/** `create` writes the statement. `create type` has neither `if not exists` nor `or replace`, so it needs a guard. */
export function createType(kind: TypeKind, create: (item: never, context: RepairContext) => string): ObjectRepair["create"] {
  return (id, context) => {
    const item = context.expected.get<TypeKind>(kind, id);
    return [
      { sql: guarded(`pg_catalog.to_regtype(${literal(id)}) is null`, create(item as never, context)) },
      ...ownerOfNew("type", id, item.owner, context),
      ...revokePublicDefaults("type", id, context),
    ];
  };
}

/** Alters the owner here, and everything else with `alterRest`. */
export function alterType(kind: TypeKind, alterRest: ObjectRepair["alter"]): ObjectRepair["alter"] {
  return (id, differences, context) => {
    const others = differences.filter(({ property }) => property !== "owner");
    const owner = others.length === differences.length ? [] : [changeOwner("type", id, context.expected.get(kind, id).owner, context)];
    const remedy = others.length === 0 ? [] : alterRest(id, others, context);
    return Array.isArray(remedy) ? [...(remedy as readonly Statement[]), ...owner] : remedy;
  };
}
