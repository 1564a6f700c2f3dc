import { createHash } from "node:crypto";
import type { View } from "../../catalog/relations.ts";
import { quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import type { Difference } from "../../drift/change.ts";
import { newColumnSettings, optionNames } from "./column-definition.ts";
import { byProperty, changeOwner, type ObjectRepair, type RepairContext, ownerOfNew } from "../repair-context.ts";
import { isRelation, isReplaced } from "../relation-names.ts";
import { guarded, toStatements, type Statement } from "../step.ts";

export const views: ObjectRepair = {
  create(id, context) {
    const view = context.expected.get("views", id);
    return [
      ...toStatements(`create or replace view ${id}${options(view)} as ${query(view)}`),
      ...defaults(view),
      ...ownerOfNew("view", id, view.owner, context),
    ];
  },
  drop: (id, context) => dropped("view", id, context),
  exists: (id) => isRelation(id, LETTERS.view),
  isUnchanged: isUnchangedView,
  alter(id, differences, context) {
    const view = context.expected.get("views", id);
    const found = context.actual.get("views", id);
    const changed = byProperty(differences);
    const steps: Statement[] = [];
    if (changed.has("definition") || changed.has("columns")) {
      // `create or replace view` must keep the columns. It can add new ones at the end.
      const keeps = found.columns.every(({ name, type, default: initial }, at) => {
        const kept = view.columns[at];
        return kept?.name === name && kept.type === type && kept.default === initial;
      });
      if (!keeps || !changed.has("definition")) return "recreate";
      steps.push({ sql: `create or replace view ${id}${options(view)} as ${query(view)}` });
    }
    const set = changed.get("options");
    if (set?.actual !== undefined) steps.push({ sql: `alter view ${id} reset (${optionNames(set.actual)})` });
    if (set?.expected !== undefined) steps.push({ sql: `alter view ${id} set (${set.expected})` });
    if (changed.has("owner")) steps.push(changeOwner("view", id, view.owner, context));
    return steps;
  },
};

export const materializedViews: ObjectRepair = {
  create(id, context) {
    const view = context.expected.get("views", id);
    const found = context.actual.find("views", id);
    // A view that had data gets data again: Postgres refuses to read one without data.
    const isFilled = found?.materialized === true && found.populated !== false;
    const empty = view.populated === false && !isFilled ? " with no data" : "";
    return [
      {
        sql: `create materialized view if not exists ${id}${options(view)} as ${query(view)}${empty}`,
        warning: "runs the query of the view",
      },
      ...view.columns.flatMap((column) => newColumnSettings(view, column)),
      ...ownerOfNew("materialized view", id, view.owner, context),
    ];
  },
  drop: (id, context) => dropped("materialized view", id, context),
  exists: (id) => isRelation(id, LETTERS["materialized view"]),
  isUnchanged: isUnchangedView,
  alter(id, differences, context) {
    const changed = byProperty(differences);
    const view = context.expected.get("views", id);
    if ([...changed.keys()].some((name) => name !== "owner" && name !== "populated")) return "recreate";
    const empty = view.populated === false ? " with no data" : "";
    return [
      ...(changed.has("owner") ? [changeOwner("materialized view", id, view.owner, context)] : []),
      ...(changed.has("populated") ? toStatements(`refresh materialized view ${id}${empty}`) : []),
    ];
  },
};

/** SQL condition: the view still has the query, the columns or the options that the comparison found. */
function isUnchangedView(id: string, differences: readonly Difference[], { actual }: RepairContext): string | undefined {
  const { definition, columns, options: found = [] } = actual.get("views", id);
  const changed = byProperty(differences);
  const view = `pg_catalog.to_regclass(${literal(id)})`;
  if (changed.has("definition")) return `pg_catalog.md5(pg_catalog.pg_get_viewdef(${view})) = ${literal(md5(definition))}`;
  if (changed.has("columns")) {
    const text = `select pg_catalog.string_agg(pg_catalog.concat_ws(' ', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
      pg_catalog.pg_get_expr(d.adbin, d.adrelid), case when a.attstorage <> t.typstorage then a.attstorage end, nullif(a.attcompression, ''), nullif(a.attstattarget, -1),
      pg_catalog.array_to_string(a.attoptions, ' ')), ', ' order by a.attnum)
    from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid
    left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = ${view} and a.attnum > 0`;
    return `pg_catalog.md5((${text})) = ${literal(md5(columns.map(columnText).join(", ")))}`;
  }
  if (!changed.has("options")) return undefined;
  const same = found.length === 0 ? "is null" : `= array[${found.map(literal).join(", ")}]`;
  return `exists (select from pg_catalog.pg_class where oid = ${view} and reloptions ${same})`;
}

function columnText({
  name,
  type,
  default: initial,
  storage,
  compression,
  statistics,
  options: own = [],
}: View["columns"][number]): string {
  // `pg_attribute` has the first letter, except for `extended`.
  const stored = storage === "extended" ? "x" : storage?.charAt(0);
  return [name, type, initial, stored, compression?.charAt(0), statistics, own.length === 0 ? undefined : own.join(" ")]
    .filter((part) => part !== undefined)
    .join(" ");
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

const LETTERS = { view: "v", "materialized view": "m" } as const;

function dropped(kind: keyof typeof LETTERS, id: string, { expected }: RepairContext): readonly Statement[] {
  const drop = `drop ${kind} if exists ${id}`;
  return toStatements(isReplaced(expected, id, kind) ? guarded(isRelation(id, LETTERS[kind]), drop) : drop);
}

function query({ definition }: View): string {
  return definition.trim().replace(/;$/, "");
}

function options(view: View): string {
  return view.options === undefined ? "" : ` with (${view.options.join(", ")})`;
}

/** Defaults for inserts through the view. */
function defaults(view: View): readonly Statement[] {
  return view.columns.flatMap((column) =>
    column.default === undefined
      ? []
      : toStatements(`alter view ${view.id} alter column ${quoted(column.name)} set default ${column.default}`),
  );
}
