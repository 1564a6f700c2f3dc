import type { Composite } from "../../catalog/datatypes.ts";
import { quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import type { ObjectRepair } from "../repair-context.ts";
import { guarded, type Remedy, toStatements } from "../step.ts";
import { alterType, createType, dropType, typeMatches } from "./datatypes.ts";

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
    return reshaped(id, actual.get("composites", id).attributes, expected.get("composites", id).attributes);
  }),
};

type Attribute = Composite["attributes"][number];

function attributeText({ name, type, collation }: Attribute, word = ""): string {
  return `${quoted(name)} ${word}${type}${collation === undefined ? "" : ` collate ${collation}`}`;
}

function reshaped(id: string, from: readonly Attribute[], to: readonly Attribute[]): Remedy {
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
    ...kept.flatMap((attribute) => {
      const wanted = to.find((other) => other.name === attribute.name) ?? attribute;
      if (attributeText(wanted) === attributeText(attribute)) return [];
      const collated =
        "coalesce(nullif(attcollation, (select typcollation from pg_catalog.pg_type where oid = atttypid))::regcollation::text, '')";
      const isUnchanged = `${has(attribute.name)} and pg_catalog.format_type(atttypid, atttypmod) = ${literal(attribute.type)}
        and ${collated} = ${literal(attribute.collation ?? "")})`;
      return toStatements(guarded(isUnchanged, `alter type ${id} alter attribute ${attributeText(wanted, "type ")} cascade`));
    }),
    ...added.map((attribute) => ({
      sql: guarded(`not ${has(attribute.name)})`, `alter type ${id} add attribute ${attributeText(attribute)} cascade`),
    })),
  ];
}
