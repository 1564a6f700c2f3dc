import type { Catalog } from "../../catalog/catalog.ts";
import type { Composite, Domain } from "../../catalog/datatypes.ts";
import { path, quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import { addedLabels, hasLabels, renamedLabel, swapped } from "./enums.ts";
import { byProperty, given, type Maker, type Making, owned } from "../repair-context.ts";
import { closed } from "./grants.ts";
import { guarded, plain, type Remedy, type Statement } from "../step.ts";

/** `pg_type.typtype`. */
const LETTERS = { enums: "e", domains: "d", composites: "c", ranges: "r" } as const;

type TypeKind = keyof typeof LETTERS;

/** `drop type` takes any kind: what has its place after the first run is left alone. */
function dropped(kind: TypeKind, id: string, { expected }: Making): readonly Statement[] {
  const isReplaced = (Object.keys(LETTERS) as TypeKind[]).some((other) => other !== kind && expected.find(other, id) !== undefined);
  const drop = `drop ${kind === "domains" ? "domain" : "type"} if exists ${id}`;
  const isThis = `exists (select from pg_catalog.pg_type where oid = pg_catalog.to_regtype(${literal(id)}) and typtype = '${LETTERS[kind]}')`;
  return plain(isReplaced ? guarded(isThis, drop) : drop);
}

/** A condition: the type is there, and is so. */
function typeRow(id: string, condition: string): string {
  return `exists (select from pg_catalog.pg_type t where t.oid = pg_catalog.to_regtype(${literal(id)}) and ${condition})`;
}

/** A type has neither `if not exists` nor `or replace`. */
function unlessThere(id: string, create: string): string {
  return guarded(`pg_catalog.to_regtype(${literal(id)}) is null`, create);
}

function made(kind: TypeKind, create: (item: never, making: Making) => string): Maker["create"] {
  return (id, making) => {
    const item = making.expected.get<TypeKind>(kind, id);
    return [
      { sql: unlessThere(id, create(item as never, making)) },
      ...owned("type", id, item.owner, making),
      ...closed("type", id, making),
    ];
  };
}

function ownerAlone(kind: TypeKind, rest: Maker["alter"]): Maker["alter"] {
  return (id, differences, making) => {
    const others = differences.filter(({ property }) => property !== "owner");
    const owner = others.length === differences.length ? [] : [given("type", id, making.expected.get(kind, id).owner, making)];
    const remedy = others.length === 0 ? [] : rest(id, others, making);
    return Array.isArray(remedy) ? [...(remedy as readonly Statement[]), ...owner] : remedy;
  };
}

export const enums: Maker = {
  create: made("enums", ({ id, labels }: { readonly id: string; readonly labels: readonly string[] }) => {
    return `create type ${id} as enum (${labels.map(literal).join(", ")})`;
  }),
  drop: (id, making) => dropped("enums", id, making),
  alter: ownerAlone("enums", (id, _differences, making) => {
    const { labels, owner } = making.expected.get("enums", id);
    const found = making.actual.get("enums", id).labels;
    const inPlace = addedLabels(id, found, labels) ?? renamedLabel(id, found, labels);
    return inPlace ?? [...swapped(id, found, labels), ...owned("type", id, owner, making), ...closed("type", id, making)];
  }),
  disturbs(id, _differences, { expected, actual }) {
    const [to, from] = [expected.get("enums", id).labels, actual.get("enums", id).labels];
    return (addedLabels(id, from, to) ?? renamedLabel(id, from, to)) === undefined ? "but columns" : undefined;
  },
  isOld: (id, _differences, { actual }) => hasLabels(id, actual.get("enums", id).labels),
};

export const domains: Maker = {
  create: made("domains", ({ id, type, collation, default: initial, nullable }: Domain, { expected }) => {
    const rest = [
      collation === undefined ? "" : `collate ${collation}`,
      initial === undefined ? "" : `default ${initial}`,
      nullable ? "" : "not null",
      // Where an array of the domain is in use, a check can't be added any more.
      ...inline(expected.catalog.constraints, id).map(({ name, definition }) => `constraint ${quoted(name)} ${definition}`),
    ];
    return [`create domain ${id} as ${type}`, ...rest.filter((part) => part !== "")].join(" ");
  }),
  drop: (id, making) => dropped("domains", id, making),
  isOld(id, _differences, { actual }) {
    const { type, collation } = actual.get("domains", id);
    const collated = collation === undefined ? "" : ` and typcollation = ${literal(collation)}::regcollation`;
    return typeRow(id, `pg_catalog.format_type(typbasetype, typtypmod) = ${literal(type)}${collated}`);
  },
  alter: ownerAlone("domains", (id, differences, { expected }) => {
    const { default: initial, nullable } = expected.get("domains", id);
    const changed = byProperty(differences);
    if (changed.has("type") || changed.has("collation")) return "recreate";
    return [
      ...(changed.has("default") ? plain(`alter domain ${id} ${initial === undefined ? "drop default" : `set default ${initial}`}`) : []),
      ...(changed.has("nullable")
        ? [
            {
              sql: `alter domain ${id} ${nullable ? "drop" : "set"} not null`,
              warning: nullable ? undefined : "reads every table that uses the domain",
            },
          ]
        : []),
    ];
  }),
};

/** The constraints that a new domain is made with. */
function inline(constraints: Catalog["constraints"], domain: string): Catalog["constraints"] {
  return constraints.filter(({ of, schema, table, validated }) => of === "domain" && validated && path(schema, table) === domain);
}

export const composites: Maker = {
  create: made(
    "composites",
    ({ id, attributes }: Composite) => `create type ${id} as (${attributes.map((each) => attributeText(each)).join(", ")})`,
  ),
  drop: (id, making) => dropped("composites", id, making),
  isOld(id, _differences, { actual }) {
    const names = actual.get("composites", id).attributes.map(({ name }) => name);
    const found =
      "select array_agg(attname::text order by attnum) from pg_catalog.pg_attribute where attrelid = typrelid and attnum > 0 and not attisdropped";
    return typeRow(id, `(${found}) = array[${names.map(literal).join(", ")}]::text[]`);
  },
  alter: ownerAlone("composites", (id, _differences, { expected, actual }) => {
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
        destructive: "it drops the attribute's values",
      })),
    ...kept.flatMap((attribute) => {
      const wanted = to.find((other) => other.name === attribute.name) ?? attribute;
      if (attributeText(wanted) === attributeText(attribute)) return [];
      const isOld = `${has(attribute.name)} and pg_catalog.format_type(atttypid, atttypmod) = ${literal(attribute.type)})`;
      return plain(guarded(isOld, `alter type ${id} alter attribute ${attributeText(wanted, "type ")} cascade`));
    }),
    ...added.map((attribute) => ({
      sql: guarded(`not ${has(attribute.name)})`, `alter type ${id} add attribute ${attributeText(attribute)} cascade`),
    })),
  ];
}

export const ranges: Maker = {
  create: made("ranges", (range: Catalog["ranges"][number]) => {
    const options = [
      `subtype = ${range.subtype}`,
      `subtype_opclass = ${range.operatorClass}`,
      range.collation === undefined ? "" : `collation = ${range.collation}`,
      range.canonical === undefined ? "" : `canonical = ${range.canonical}`,
      range.difference === undefined ? "" : `subtype_diff = ${range.difference}`,
      range.multirange === undefined ? "" : `multirange_type_name = ${range.multirange}`,
    ];
    return `create type ${range.id} as range (${options.filter((part) => part !== "").join(", ")})`;
  }),
  drop: (id, making) => dropped("ranges", id, making),
  isOld(id, _differences, { actual }) {
    const { subtype, canonical, difference, multirange } = actual.get("ranges", id);
    return typeRow(
      id,
      `exists (select from pg_catalog.pg_range where rngtypid = t.oid and pg_catalog.format_type(rngsubtype, null) = ${literal(subtype)}
      and ${called("rngsubdiff", difference)} and ${called("rngcanonical", canonical)}${multirange === undefined ? "" : ` and rngmultitypid = pg_catalog.to_regtype(${literal(multirange)})`})`,
    );
  },
  alter: ownerAlone("ranges", () => "recreate"),
};

function called(column: string, name: string | undefined): string {
  return `${column}::oid ${name === undefined ? "= 0" : `= pg_catalog.to_regproc(${literal(name)})`}`;
}
