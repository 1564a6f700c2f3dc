import type { Composite } from "../../catalog/datatypes.ts";
import { quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import type { ObjectRepair } from "../repair-context.ts";
import { doBlock, guarded, type Remedy, type Statement } from "../step.ts";
import { COLUMNS_AS_TEXT, isUsedByColumns } from "./columns-as-text.ts";
import { alterType, createType, dropType, typeMatches } from "./datatypes.ts";
import { widens } from "./widening.ts";

export const composites: ObjectRepair = {
  create: createType(
    "composites",
    ({ id, attributes }: Composite) => `create type ${id} as (${attributes.map((each) => attributeText(each)).join(", ")})`,
  ),
  drop: (id, context) => dropType("composites", id, context),
  isUnchanged(id, _differences, { actual }) {
    const names = actual.get("composites", id).attributes.map(({ name }) => name);
    const found =
      "select array_agg(attname::text order by attnum) from pg_catalog.pg_attribute where attrelid = typrelid and attnum > 0 and not attisdropped";
    return typeMatches(id, `(${found}) = array[${names.map(literal).join(", ")}]::text[]`);
  },
  alter: alterType("composites", (id, _differences, { expected, actual }) => {
    const isUsed = isUsedByColumns(id, actual.catalog);
    return reshaped(id, actual.get("composites", id).attributes, expected.get("composites", id).attributes, isUsed);
  }),
  dependentsToDrop(id, _differences, { expected, actual }) {
    const changed = changedTypes(actual.get("composites", id).attributes, expected.get("composites", id).attributes);
    return changed.length > 0 && isUsedByColumns(id, actual.catalog) ? "of columns" : undefined;
  },
};

type Attribute = Composite["attributes"][number];

function attributeText({ name, type, collation }: Attribute, word = ""): string {
  return `${quoted(name)} ${word}${type}${collation === undefined ? "" : ` collate ${collation}`}`;
}

/** The attributes whose type or collation changes, as they are and as they must be. */
function changedTypes(from: readonly Attribute[], to: readonly Attribute[]): readonly (readonly [found: Attribute, wanted: Attribute])[] {
  return from.flatMap((attribute) => {
    const wanted = to.find(({ name }) => name === attribute.name);
    return wanted === undefined || attributeText(wanted) === attributeText(attribute) ? [] : [[attribute, wanted] as const];
  });
}

function reshaped(id: string, from: readonly Attribute[], to: readonly Attribute[], isUsed: boolean): Remedy {
  const kept = from.filter(({ name }) => to.some((other) => other.name === name));
  const added = to.filter(({ name }) => !from.some((other) => other.name === name));
  const isInOrder = [...kept, ...added].every(({ name }, at) => to[at]?.name === name);
  if (!isInOrder) return "recreate";
  const has = (name: string): string =>
    `exists (select from pg_catalog.pg_attribute where attrelid = pg_catalog.to_regclass(${literal(id)}) and not attisdropped and attname = ${literal(name)}`;
  return [
    ...from
      .filter((attribute) => !kept.includes(attribute))
      .map(({ name }) => ({
        sql: `alter type ${id} drop attribute if exists ${quoted(name)} cascade`,
        destructive: "it drops the values of the attribute",
      })),
    ...changedTypes(from, to).map(([attribute, wanted]) => {
      const collated =
        "coalesce(nullif(attcollation, (select typcollation from pg_catalog.pg_type where oid = atttypid))::regcollation::text, '')";
      const isUnchanged = `${has(attribute.name)} and pg_catalog.format_type(atttypid, atttypmod) = ${literal(attribute.type)}
        and ${collated} = ${literal(attribute.collation ?? "")})`;
      const alter = `alter type ${id} alter attribute ${attributeText(wanted, "type ")} cascade`;
      return isUsed ? retyped(id, isUnchanged, alter, attribute, wanted) : { sql: guarded(isUnchanged, alter) };
    }),
    ...added.map((attribute) => ({
      sql: guarded(`not ${has(attribute.name)})`, `alter type ${id} add attribute ${attributeText(attribute)} cascade`),
    })),
  ];
}

function retyped(id: string, isUnchanged: string, alter: string, found: Attribute, wanted: Attribute): Statement {
  const sql = doBlock(`declare
${COLUMNS_AS_TEXT.declare}
begin
  if not (${isUnchanged}) then
    return;
  end if;
${COLUMNS_AS_TEXT.before(id)}
  ${alter};
${COLUMNS_AS_TEXT.after}
end`);
  const why = widens(found.type, wanted.type)
    ? undefined
    : `the change from ${found.type} to ${wanted.type} can cut values or fail on some`;
  return { sql, warning: "rewrites every table with a column of the type twice under an ACCESS EXCLUSIVE lock", destructive: why };
}
