import { path, quoted } from "../catalog/quote.ts";
import type { Lookup } from "./lookup.ts";
import { type EvaluatedText, namesIn, type Names, routineBody } from "./names.ts";
import { inSearchPath, type Step } from "./step.ts";

/** The statements during which Postgres evaluates expressions, or at least plans them, which reads the bodies of SQL functions. */
const EVALUATES =
  /\b(?:add column|add constraint|validate constraint|alter column .* type|set expression|set not null|create (?:unique )?index|create materialized view|refresh materialized view|attach partition|set (?:logged|unlogged|access method)|create (?:unlogged |foreign )?table\b.*\b(?:generated always as \(|partition (?:by|of)\b))/is;

/**
 * Gives each step that calls a function with unqualified names a search path of its own: the script's is empty. It has the
 * schemas that these names need and no other, never the setting of the database, and Postgres' own schema comes first.
 */
export function withSearchPaths(steps: readonly Step[], expected: Lookup): readonly Step[] {
  const schemasOf = schemaFinder(expected);
  return steps.map((step) => {
    if (!EVALUATES.test(step.sql)) return step;
    const schemas = schemasOf([step.sql, ...evaluatedWith(step, expected)]);
    return schemas.length === 0 ? step : inSearchPath(step, ["pg_catalog", ...schemas].map(quoted).join(", "));
  });
}

/** The expressions that Postgres evaluates with a statement that does not contain them: those of the whole table. */
function evaluatedWith({ kind, object }: Step, expected: Lookup): readonly string[] {
  const { catalog } = expected;
  const constraint = kind === "constraint" ? expected.find("constraints", object) : undefined;
  if (constraint !== undefined) return [constraint.definition];
  const table = kind === "table" ? expected.find("tables", object) : expected.findColumn(object) && expected.column(object).table;
  if (table === undefined) return [];
  const isOfTable = (item: { readonly schema: string; readonly table: string }): boolean =>
    item.schema === table.schema && item.table === table.name;
  // The bound of a partition is checked with the key of its parent.
  const keys = (table.inherits ?? []).map((parent) => expected.find("tables", parent)?.partitionKey ?? "");
  return [
    table.partitionKey ?? "",
    ...keys,
    ...table.columns.flatMap(({ type, default: initial = "", generated = "" }) => [type, initial, generated]),
    ...catalog.constraints.filter(isOfTable).map(({ definition }) => definition),
    ...catalog.indexes.filter(isOfTable).map(({ definition }) => definition),
  ];
}

/** Finds the schemas that the functions in some texts need, through the functions, views and domains that these call in turn. */
function schemaFinder(expected: Lookup): (texts: readonly string[]) => readonly string[] {
  const texts = textsById(expected);
  const known = new Map<string, readonly Names[]>();
  const namesOf = (id: string): readonly Names[] => {
    const found = known.get(id) ?? (texts.get(id) ?? []).map((text) => namesIn(text()));
    known.set(id, found);
    return found;
  };
  return (statements) => {
    const schemas = new Set<string>();
    const seen = new Set<string>(statements.flatMap((text) => namesIn({ text, schema: undefined }).qualified));
    // A set can grow while it is read.
    for (const id of seen) {
      for (const { qualified, bare, schema = "" } of namesOf(id)) {
        for (const one of qualified) seen.add(one);
        for (const name of bare) {
          const all = expected.source.names.get(name) ?? [];
          for (const one of all.includes(schema) ? [schema] : all) {
            schemas.add(one);
            seen.add(path(one, name));
          }
        }
      }
    }
    return [...schemas];
  };
}

/** The texts of each function, operator, view and domain, by id without arguments. They are read only when they are needed. */
function textsById({ catalog, source }: Lookup): ReadonlyMap<string, readonly (() => EvaluatedText)[]> {
  const texts = new Map<string, (() => EvaluatedText)[]>();
  const add = (id: string, text: () => string, schema?: string): void => {
    texts.set(id, [...(texts.get(id) ?? []), () => ({ text: text(), schema })]);
  };
  for (const { id, schema, name, settings = [] } of catalog.routines) {
    const ownsPath = settings.some((setting) => setting.startsWith("search_path="));
    if (!ownsPath) add(path(schema, name), () => routineBody(source.routines.get(id) ?? ""), schema);
  }
  for (const [id, body] of source.extensionBodies) add(id, () => body, id.slice(0, id.lastIndexOf(".")).replaceAll('"', ""));
  for (const { schema, name, function: called } of catalog.operators) add(`${quoted(schema)}.${name}`, () => called);
  for (const { id, definition } of catalog.views) add(id, () => definition);
  for (const { id, default: initial = "" } of catalog.domains) add(id, () => initial);
  for (const { of, schema, table, definition } of catalog.constraints) if (of === "domain") add(path(schema, table), () => definition);
  return texts;
}
