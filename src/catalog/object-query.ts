/** How one property is told: the SQL expression of its text or, for what is no text, of its text as JSON. */
export type PropertyExpression = string | Json;

interface Json {
  /** Booleans, numbers and `jsonb` have JSON as their text. */
  readonly json: string;
  /** What it lists, where that is told by facts of its own: `listed` makes the expression. */
  readonly of?: AnyPropertyExpressions;
}

/** The facts of any kind, in the order in which their values come. */
export type AnyPropertyExpressions = Readonly<Record<string, PropertyExpression>>;

/** For each property but the `id` how it is told. Null leaves the property out. */
export type PropertyExpressions<T> = {
  readonly [K in Exclude<keyof T, "id">]-?: Exclude<T[K], undefined> extends string ? string : Json;
};

/** How the objects of one kind are found and told. */
export interface ObjectQuery<T> {
  /** The expression of what tells an object from all others of its kind. */
  readonly id: string;
  readonly properties: PropertyExpressions<T>;
  /** Where they are found, and which of them. */
  readonly from: string;
}

export const json = (expression: string): Json => ({ json: expression });

export const list = (expression: string, of: AnyPropertyExpressions): Json => ({ json: expression, of });

/**
 * The facts as an array of texts, whose names the reader knows by their order. A JSON object takes Postgres half as long
 * again, since it looks up the type of each name and each value anew.
 */
function textArray(facts: AnyPropertyExpressions): string {
  const expressions = Object.values(facts).map((fact) => (typeof fact === "string" ? fact : fact.json));
  return `array[${expressions.map((expression) => `(${expression})::text`).join(",\n  ")}]`;
}

/** Selects each object of a kind with its id and its facts, in byte order of the ids. */
export const selectObjects = (
  kind: string,
  { id, properties, from }: { readonly id: string; readonly properties: AnyPropertyExpressions; readonly from: string },
): string => `
(select '${kind}' as kind, (${id}) collate "C" as id, array_to_json(${textArray(properties)}) as values
${from}
order by id)`;

/** Gathers objects into the list that `list` takes: an aggregate, in the given order. */
export const aggregateList = (facts: AnyPropertyExpressions, order: string): string =>
  `array_to_json(array_agg(${textArray(facts)} order by ${order}))`;
