import type { Session } from "../postgres/connect.ts";
import type { Catalog, ContentKind } from "./catalog.ts";
import type { AnyPropertyExpressions, PropertyExpression } from "./object-query.ts";
import { catalogQuery, OBJECT_QUERIES, SERVER_QUERY } from "./query.ts";

export interface CatalogOptions {
  /**
   * Reads only these schemas. Default: every schema except those of Postgres and `offshoot`. Objects without a schema are
   * always read.
   */
  readonly schemas?: readonly string[] | undefined;
}

type Values = readonly (string | null)[];

interface CatalogRow extends Record<string, unknown> {
  readonly kind: string;
  readonly id: string;
  readonly values: Values;
}

/** Makes an object from the values of its properties. */
function objectOf(properties: AnyPropertyExpressions, values: Values, object: Record<string, unknown> = {}): Record<string, unknown> {
  let at = 0;
  for (const name in properties) {
    const [property, text] = [properties[name], values[at++]];
    if (text === null || text === undefined || property === undefined) continue;
    object[name] = typeof property === "string" ? text : jsonValue(property, text);
  }
  return object;
}

function jsonValue({ of }: Exclude<PropertyExpression, string>, text: string): unknown {
  const value: unknown = JSON.parse(text);
  return of === undefined ? value : (value as Values[]).map((each) => objectOf(of, each));
}

/**
 * Reads the catalog of the session's database in one read-only query. It works with every role, with a direct connection or a
 * pooler, and with PostgreSQL 14 to 18. The objects of extensions and the schema `offshoot` are left out. In an open transaction,
 * the settings of the query (read-only, an empty search path) remain until the end of the transaction. Throws the server's error.
 */
export async function readCatalog(session: Session, options: CatalogOptions = {}): Promise<Catalog> {
  const lists: Record<string, Record<string, unknown>[]> = {};
  for (const kind in OBJECT_QUERIES) lists[kind] = [];
  let server: unknown;
  for (const { kind, id, values } of await session.query<CatalogRow>(catalogQuery(options.schemas))) {
    if (kind === "server") server = objectOf(SERVER_QUERY.properties, values);
    else lists[kind]?.push(objectOf(OBJECT_QUERIES[kind as ContentKind].properties, values, { id }));
  }
  // The type of the queries requires an expression for each property of each kind.
  return { server, ...lists } as unknown as Catalog;
}
