import { identifier, literal } from "../../postgres/identifier.ts";
import { block, guarded, type Statement } from "../step.ts";

/** The missing labels each in its place; undefined where one has to go or to move, which Postgres can't. */
export function addedLabels(id: string, from: readonly string[], to: readonly string[]): readonly Statement[] | undefined {
  const kept = to.filter((label) => from.includes(label));
  if (kept.length !== from.length || kept.some((label, at) => label !== from[at])) return undefined;
  return to.flatMap((label, at) => {
    if (from.includes(label)) return [];
    const before = to[at - 1];
    const place = before === undefined ? (from[0] === undefined ? "" : ` before ${literal(from[0])}`) : ` after ${literal(before)}`;
    // A new value can't be used in the transaction that adds it (PostgreSQL documentation, ALTER TYPE).
    return [{ sql: `alter type ${id} add value if not exists ${literal(label)}${place}`, alone: true as const }];
  });
}

/**
 * One label in the place of another: a renamed one keeps its rows. Whether it is the same label by another name or another
 * label no schema can tell, so that it waits for leave. Undefined where more is to be done.
 */
export function renamedLabel(id: string, from: readonly string[], to: readonly string[]): readonly Statement[] | undefined {
  const at = from.flatMap((label, place) => (label === to[place] ? [] : [place]));
  const [old, label] = [from[at[0] ?? -1], to[at[0] ?? -1]];
  if (from.length !== to.length || at.length !== 1 || old === undefined || label === undefined) return undefined;
  const sql = guarded(hasLabels(id, from), `alter type ${id} rename value ${literal(old)} to ${literal(label)}`);
  return [
    { sql, destructive: `rows that hold ${literal(old)} say ${literal(label)} afterwards, which is right only where it is a new name` },
  ];
}

/** A condition: the enum has just these labels. */
export function hasLabels(id: string, labels: readonly string[]): string {
  const found = `select array_agg(enumlabel::text order by enumsortorder) from pg_catalog.pg_enum where enumtypid = pg_catalog.to_regtype(${literal(id)})`;
  return `(${found}) = array[${labels.map(literal).join(", ")}]::text[]`;
}

/**
 * A new type in place of the old, with every column and its default moved over: one block, so that a second run, which
 * finds the labels as they are to be, does nothing.
 */
export function swapped(id: string, from: readonly string[], to: readonly string[]): readonly Statement[] {
  const [schema = "", name = ""] = splitId(id);
  const old = `${name.slice(0, 50)}_replaced`;
  const gone = from.filter((label) => !to.includes(label));
  const sql = block(`declare
  columns jsonb;
  item jsonb;
begin
  if ${hasLabels(id, to)} then
    return;
  end if;
  select coalesce(jsonb_agg(jsonb_build_object('table', a.attrelid::regclass::text, 'column', a.attname, 'default', pg_catalog.pg_get_expr(d.adbin, d.adrelid),
      'suffix', case when a.atttypid = t.oid then '' else '[]' end)), '[]') into columns
  from pg_catalog.pg_type t
  join pg_catalog.pg_attribute a on a.atttypid in (t.oid, t.typarray) and not a.attisdropped and a.attinhcount = 0
  join pg_catalog.pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p')
  left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where t.oid = ${literal(id)}::regtype;
  for item in select * from jsonb_array_elements(columns) loop
    execute format('alter table %s alter column %I drop default', item ->> 'table', item ->> 'column');
  end loop;
  alter type ${id} rename to ${identifier(old)};
  create type ${id} as enum (${to.map(literal).join(", ")});
  for item in select * from jsonb_array_elements(columns) loop
    execute format('alter table %s alter column %I type %s using %I::text%s::%s', item ->> 'table', item ->> 'column',
      ${literal(id)} || (item ->> 'suffix'), item ->> 'column', item ->> 'suffix', ${literal(id)} || (item ->> 'suffix'));
    if item ->> 'default' is not null then
      begin
        execute format('alter table %s alter column %I set default %s', item ->> 'table', item ->> 'column', item ->> 'default');
      exception when invalid_text_representation then
        null; -- its label is gone; a default that is expected is set later
      end;
    end if;
  end loop;
  drop type ${identifier(schema)}.${identifier(old)};
end`);
  const warning = "makes the type anew and rewrites every table that uses it under an ACCESS EXCLUSIVE lock";
  return gone.length === 0
    ? [{ sql, warning }]
    : [{ sql, warning, destructive: `rows that hold ${gone.map(literal).join(", ")} make it fail` }];
}

/** The unquoted names in `app."Odd Name"`. */
function splitId(id: string): readonly string[] {
  return [...id.matchAll(/"((?:[^"]|"")*)"|([^".]+)/g)].map(([, inQuotes, bare]) => inQuotes?.replaceAll('""', '"') ?? bare ?? "");
}
