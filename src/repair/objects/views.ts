import { createHash } from "node:crypto";
import type { View } from "../../catalog/relations.ts";
import { quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import type { Difference } from "../../drift/change.ts";
import { names } from "./column-definition.ts";
import { byProperty, given, type Maker, type Making, owned } from "../repair-context.ts";
import { guarded, plain, type Statement } from "../step.ts";

export const views: Maker = {
  create(id, making) {
    const view = making.expected.get("views", id);
    return [
      ...plain(`create or replace view ${id}${options(view)} as ${query(view)}`),
      ...defaults(view),
      ...owned("view", id, view.owner, making),
    ];
  },
  drop: (id, making) => dropped("view", id, making),
  isOld: hasItsOldText,
  alter(id, differences, making) {
    const view = making.expected.get("views", id);
    const found = making.actual.get("views", id);
    const changed = byProperty(differences);
    const steps: Statement[] = [];
    if (changed.has("definition") || changed.has("columns")) {
      // A view may be replaced in place when its columns stay and new ones come last.
      const keeps = found.columns.every(({ name, type, default: initial }, at) => {
        const kept = view.columns[at];
        return kept?.name === name && kept.type === type && kept.default === initial;
      });
      if (!keeps || !changed.has("definition")) return "recreate";
      steps.push({ sql: `create or replace view ${id}${options(view)} as ${query(view)}` });
    }
    const set = changed.get("options");
    if (set?.actual !== undefined) steps.push({ sql: `alter view ${id} reset (${names(set.actual)})` });
    if (set?.expected !== undefined) steps.push({ sql: `alter view ${id} set (${set.expected})` });
    if (changed.has("owner")) steps.push(given("view", id, view.owner, making));
    return steps;
  },
};

export const materializedViews: Maker = {
  create(id, making) {
    const view = making.expected.get("views", id);
    const found = making.actual.find("views", id);
    // One that was filled stays filled when it is made anew: an empty one can't be read.
    const isFilled = found?.materialized === true && found.populated !== false;
    const empty = view.populated === false && !isFilled ? " with no data" : "";
    return [
      { sql: `create materialized view if not exists ${id}${options(view)} as ${query(view)}${empty}`, warning: "runs the view's query" },
      ...owned("materialized view", id, view.owner, making),
    ];
  },
  drop: (id, making) => dropped("materialized view", id, making),
  isOld: hasItsOldText,
  alter(id, differences, making) {
    const changed = byProperty(differences);
    const view = making.expected.get("views", id);
    if ([...changed.keys()].some((name) => name !== "owner" && name !== "populated")) return "recreate";
    const empty = view.populated === false ? " with no data" : "";
    return [
      ...(changed.has("owner") ? [given("materialized view", id, view.owner, making)] : []),
      ...(changed.has("populated") ? plain(`refresh materialized view ${id}${empty}`) : []),
    ];
  },
};

/** A condition: the view's query is the one that was found. */
function hasItsOldText(id: string, differences: readonly Difference[], { actual }: Making): string | undefined {
  if (!differences.some(({ property }) => property === "definition")) return undefined;
  const text = createHash("md5").update(actual.get("views", id).definition).digest("hex");
  return `pg_catalog.md5(pg_catalog.pg_get_viewdef(pg_catalog.to_regclass(${literal(id)}))) = ${literal(text)}`;
}

const LETTERS = { view: "v", "materialized view": "m" } as const;

/** Nothing but a view goes with a view; where another kind of relation has its place afterwards, that is left alone. */
function dropped(kind: keyof typeof LETTERS, id: string, { expected }: Making): readonly Statement[] {
  const drop = `drop ${kind} if exists ${id}`;
  const replaced = expected.find("views", id) ?? expected.find("tables", id);
  if (replaced === undefined) return plain(drop);
  const isThis = `exists (select from pg_catalog.pg_class where oid = pg_catalog.to_regclass(${literal(id)}) and relkind = '${LETTERS[kind]}')`;
  return plain("materialized" in replaced && replaced.materialized === (kind !== "view") ? drop : guarded(isThis, drop));
}

function query({ definition }: View): string {
  return definition.trim().replace(/;$/, "");
}

function options(view: View): string {
  return view.options === undefined ? "" : ` with (${view.options.join(", ")})`;
}

/** Defaults that only inserts through the view see. */
function defaults(view: View): readonly Statement[] {
  return view.columns.flatMap((column) =>
    column.default === undefined ? [] : plain(`alter view ${view.id} alter column ${quoted(column.name)} set default ${column.default}`),
  );
}
