import { createHash } from "node:crypto";
import type { View } from "../../catalog/relations.ts";
import { quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import type { Difference } from "../../drift/change.ts";
import { optionNames } from "./column-definition.ts";
import { byProperty, changeOwner, type ObjectRepair, type RepairContext, ownerOfNew } from "../repair-context.ts";
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
      ...ownerOfNew("materialized view", id, view.owner, context),
    ];
  },
  drop: (id, context) => dropped("materialized view", id, context),
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

/** SQL condition: the view still has the query that the comparison found. */
function isUnchangedView(id: string, differences: readonly Difference[], { actual }: RepairContext): string | undefined {
  if (!differences.some(({ property }) => property === "definition")) return undefined;
  const text = createHash("md5").update(actual.get("views", id).definition).digest("hex");
  return `pg_catalog.md5(pg_catalog.pg_get_viewdef(pg_catalog.to_regclass(${literal(id)}))) = ${literal(text)}`;
}

const LETTERS = { view: "v", "materialized view": "m" } as const;

/** If a relation of another kind replaces the view, a second run must keep that relation. */
function dropped(kind: keyof typeof LETTERS, id: string, { expected }: RepairContext): readonly Statement[] {
  const drop = `drop ${kind} if exists ${id}`;
  const replaced = expected.find("views", id) ?? expected.find("tables", id);
  if (replaced === undefined) return toStatements(drop);
  const isThis = `exists (select from pg_catalog.pg_class where oid = pg_catalog.to_regclass(${literal(id)}) and relkind = '${LETTERS[kind]}')`;
  return toStatements("materialized" in replaced && replaced.materialized === (kind !== "view") ? drop : guarded(isThis, drop));
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
