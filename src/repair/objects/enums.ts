import { identifier, literal } from "../../postgres/identifier.ts";
import { type ObjectRepair, ownerOfNew } from "../repair-context.ts";
import { doBlock, guarded, type Statement } from "../step.ts";
import type { Catalog } from "../../catalog/catalog.ts";
import { COLUMNS_AS_TEXT } from "./columns-as-text.ts";
import { alterType, createType, dropType } from "./datatypes.ts";
import { revokePublicDefaults } from "./default-privileges.ts";

export const enums: ObjectRepair = {
  create: createType("enums", ({ id, labels }: { readonly id: string; readonly labels: readonly string[] }) => {
    return `create type ${id} as enum (${labels.map(literal).join(", ")})`;
  }),
  drop: (id, context) => dropType("enums", id, context),
  alter: alterType("enums", (id, _differences, context) => {
    const { labels, owner } = context.expected.get("enums", id);
    const found = context.actual.get("enums", id).labels;
    const inPlace = addedLabels(id, found, labels) ?? renamedLabel(id, found, labels);
    return (
      inPlace ?? [
        ...replaced(id, found, labels, isInComposite(id, context.actual.catalog)),
        ...ownerOfNew("type", id, owner, context),
        ...revokePublicDefaults("type", id, context),
      ]
    );
  }),
  dependentsToDrop(id, _differences, { expected, actual }) {
    const [to, from] = [expected.get("enums", id).labels, actual.get("enums", id).labels];
    return (addedLabels(id, from, to) ?? renamedLabel(id, from, to)) === undefined ? "all but columns" : undefined;
  },
  isUnchanged: (id, _differences, { actual }) => hasLabels(id, actual.get("enums", id).labels),
};

/** Adds the missing labels, each in its place. Undefined if a label must be removed or moved: Postgres has no statement for that. */
export function addedLabels(id: string, from: readonly string[], to: readonly string[]): readonly Statement[] | undefined {
  const kept = to.filter((label) => from.includes(label));
  if (kept.length !== from.length || kept.some((label, at) => label !== from[at])) return undefined;
  return to.flatMap((label, at) => {
    if (from.includes(label)) return [];
    const before = to[at - 1];
    const place = before === undefined ? (from[0] === undefined ? "" : ` before ${literal(from[0])}`) : ` after ${literal(before)}`;
    // A new value cannot be used in the transaction that adds it (PostgreSQL documentation, ALTER TYPE).
    return [{ sql: `alter type ${id} add value if not exists ${literal(label)}${place}`, alone: true as const }];
  });
}

/**
 * Renames one label, which keeps the rows. A schema does not show whether the label was renamed or replaced by a different
 * one, so the statement counts as destructive. Undefined if other labels differ too.
 */
export function renamedLabel(id: string, from: readonly string[], to: readonly string[]): readonly Statement[] | undefined {
  const at = from.flatMap((label, place) => (label === to[place] ? [] : [place]));
  const [old, label] = [from[at[0] ?? -1], to[at[0] ?? -1]];
  if (from.length !== to.length || at.length !== 1 || old === undefined || label === undefined) return undefined;
  const sql = guarded(hasLabels(id, from), `alter type ${id} rename value ${literal(old)} to ${literal(label)}`);
  return [{ sql, destructive: `rows with ${literal(old)} get ${literal(label)}, which is right only if the label was renamed` }];
}

/** SQL condition: the enum has exactly these labels. */
export function hasLabels(id: string, labels: readonly string[]): string {
  const found = `select array_agg(enumlabel::text order by enumsortorder) from pg_catalog.pg_enum where enumtypid = pg_catalog.to_regtype(${literal(id)})`;
  return `(${found}) = array[${labels.map(literal).join(", ")}]::text[]`;
}

/**
 * Creates a new type, and moves every column and its default from the old type to it. It is one block, so that a second
 * run, which finds the expected labels, does nothing.
 */
export function replaced(id: string, from: readonly string[], to: readonly string[], inComposite = false): readonly Statement[] {
  const [schema = "", name = ""] = splitId(id);
  const old = `${name.slice(0, 50)}_replaced`;
  const removed = from.filter((label) => !to.includes(label));
  const sql = doBlock(`declare
  columns jsonb;
  item jsonb;
${inComposite ? `  attributes jsonb;\n${COLUMNS_AS_TEXT.declare}\n` : ""}begin
  if ${hasLabels(id, to)} then
    return;
  end if;
  select coalesce(jsonb_agg(jsonb_build_object('table', a.attrelid::regclass::text, 'column', a.attname, 'default', pg_catalog.pg_get_expr(d.adbin, d.adrelid),
      'suffix', case when a.atttypid = t.oid then '' else '[]' end, 'foreign', c.relkind = 'f')), '[]') into columns
  from pg_catalog.pg_type t
  join pg_catalog.pg_attribute a on a.atttypid in (t.oid, t.typarray) and not a.attisdropped and a.attinhcount = 0
  join pg_catalog.pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p', 'f')
  left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where t.oid = ${literal(id)}::regtype;
  for item in select * from jsonb_array_elements(columns) loop
    execute format('alter table %s alter column %I drop default', item ->> 'table', item ->> 'column');
  end loop;
${inComposite ? attributesOf(id) : ""}  alter type ${id} rename to ${identifier(old)};
  create type ${id} as enum (${to.map(literal).join(", ")});
  for item in select * from jsonb_array_elements(columns) loop
    execute format('alter table %s alter column %I type %s', item ->> 'table', item ->> 'column', ${literal(id)} || (item ->> 'suffix'))
      || case when (item ->> 'foreign')::boolean then '' -- the values are elsewhere
        else format(' using %I::text%s::%s', item ->> 'column', item ->> 'suffix', ${literal(id)} || (item ->> 'suffix')) end;
    if item ->> 'default' is not null then
      begin
        execute format('alter table %s alter column %I set default %s', item ->> 'table', item ->> 'column', item ->> 'default');
      exception when invalid_text_representation then
        null; -- the label was removed; an expected default is set later
      end;
    end if;
  end loop;
${inComposite ? changeAttributes(id) : ""}  drop type ${identifier(schema)}.${identifier(old)};
end`);
  const warning = "creates the type again and rewrites every table that uses it under an ACCESS EXCLUSIVE lock";
  return removed.length === 0
    ? [{ sql, warning }]
    : [{ sql, warning, destructive: `it fails if rows hold ${removed.map(literal).join(", ")}` }];
}

/** The unquoted names in an id such as `app."Odd Name"`. */
function splitId(id: string): readonly string[] {
  return [...id.matchAll(/"((?:[^"]|"")*)"|([^".]+)/g)].map(([, inQuotes, bare]) => inQuotes?.replaceAll('""', '"') ?? bare ?? "");
}

function isInComposite(id: string, { composites }: Catalog): boolean {
  return composites.some(({ attributes }) => attributes.some(({ type }) => type === id || type === `${id}[]`));
}

/** Finds the attributes of composite types that have the enum, and makes the columns that use these types text. */
function attributesOf(id: string): string {
  return `  select coalesce(jsonb_agg(jsonb_build_object('type', a.attrelid::regclass::text, 'attribute', a.attname,
      'suffix', case when a.atttypid = t.oid then '' else '[]' end)), '[]') into attributes
  from pg_catalog.pg_type t
  join pg_catalog.pg_attribute a on a.atttypid in (t.oid, t.typarray) and not a.attisdropped
  join pg_catalog.pg_class c on c.oid = a.attrelid and c.relkind = 'c'
  where t.oid = ${literal(id)}::regtype;
${COLUMNS_AS_TEXT.before(id, true)}
`;
}

function changeAttributes(id: string): string {
  return `  for item in select * from jsonb_array_elements(attributes) loop
    execute format('alter type %s alter attribute %I type %s cascade', item ->> 'type', item ->> 'attribute', ${literal(id)} || (item ->> 'suffix'));
  end loop;
${COLUMNS_AS_TEXT.after}
`;
}
