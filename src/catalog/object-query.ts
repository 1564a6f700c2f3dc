/** The SQL expression of one property: its text or, for a property that is not a text, its JSON. */
export type PropertyExpression = string | JsonExpression;

interface JsonExpression {
  /** An expression with a text in JSON. Booleans, numbers and `jsonb` have such a text. */
  readonly json: string;
  /** For a list of objects with their own properties. `aggregateList` makes the expression. */
  readonly of?: AnyPropertyExpressions;
}

/** The properties of any kind of object, in the order of their values in a row. */
export type AnyPropertyExpressions = Readonly<Record<string, PropertyExpression>>;

/** The expression of each property of `T` except `id`. The object does not get a property when its expression is null. */
export type PropertyExpressions<T> = {
  readonly [K in Exclude<keyof T, "id">]-?: Exclude<T[K], undefined> extends string ? string : JsonExpression;
};

/** How to select the objects of one kind from the catalog of Postgres. */
export interface ObjectQuery<T> {
  /** The expression of the id, which is unique within the kind. */
  readonly id: string;
  readonly properties: PropertyExpressions<T>;
  /** The `from` clause and the conditions. */
  readonly from: string;
}

export const json = (expression: string): JsonExpression => ({ json: expression });

export const list = (expression: string, of: AnyPropertyExpressions): JsonExpression => ({ json: expression, of });

/**
 * The properties as an array of texts. The reader knows the names from the order. With a JSON object, the query would take
 * 1.5 times as long, because Postgres looks up the type of each name and value every time.
 */
function textArray(properties: AnyPropertyExpressions): string {
  const expressions = Object.values(properties).map((property) => (typeof property === "string" ? property : property.json));
  return `array[${expressions.map((expression) => `(${expression})::pg_catalog.text`).join(",\n  ")}]`;
}

interface AnyObjectQuery {
  readonly id: string;
  readonly properties: AnyPropertyExpressions;
  readonly from: string;
}

/** Selects the objects of one kind with their ids and properties, in byte order of the ids. */
export const selectObjects = (kind: string, { id, properties, from }: AnyObjectQuery): string => `
(select '${kind}' as kind, (${id}) collate "C" as id, pg_catalog.array_to_json(${textArray(properties)}) as values
${from}
order by id)`;

/** An aggregate that collects objects into the list for `list`, in the given order. */
export const aggregateList = (properties: AnyPropertyExpressions, order: string): string =>
  `pg_catalog.array_to_json(pg_catalog.array_agg(${textArray(properties)} order by ${order}))`;
