import type { Session } from "../postgres/connect.ts";
import type { Catalog, ContentKind } from "./catalog.ts";
import type { AnyPropertyExpressions, PropertyExpression } from "./object-query.ts";
import { catalogQuery, OBJECT_QUERIES, SERVER_QUERY } from "./query.ts";

export interface CatalogOptions {
  /** Only these; default: every schema but Postgres's own and `offshoot`. Objects without a schema are always read. */
  readonly schemas?: readonly string[] | undefined;
}

interface CatalogRow extends Record<string, unknown> {
  readonly kind: string;
  readonly id: string;
  readonly values: readonly (string | null)[];
}

/** The object that the facts tell of, added to what is known of it. */
function objectOf(
  facts: AnyPropertyExpressions,
  told: readonly (string | null)[],
  known: Record<string, unknown> = {},
): Record<string, unknown> {
  let at = 0;
  for (const name in facts) {
    const [fact, text] = [facts[name], told[at++]];
    if (text === null || text === undefined || fact === undefined) continue;
    known[name] = typeof fact === "string" ? text : valueOf(fact, text);
  }
  return known;
}

function valueOf({ of }: Exclude<PropertyExpression, string>, text: string): unknown {
  const value: unknown = JSON.parse(text);
  return of === undefined ? value : (value as (string | null)[][]).map((each) => objectOf(of, each));
}

/**
 * Reads what is in the session's database in one round trip, read only, as any role, directly or over a
 * pooler, from PostgreSQL 14 to 18. Objects that extensions brought and our own schema are left out. In an
 * open transaction the settings of the query (read only, an empty search path) last to its end. Throws the
 * server's error.
 */
export async function readCatalog(session: Session, options: CatalogOptions = {}): Promise<Catalog> {
  const lists: Record<string, Record<string, unknown>[]> = {};
  for (const kind in OBJECT_QUERIES) lists[kind] = [];
  let server: unknown;
  for (const { kind, id, values: told } of await session.query<CatalogRow>(catalogQuery(options.schemas))) {
    if (kind === "server") server = objectOf(SERVER_QUERY.properties, told);
    else lists[kind]?.push(objectOf(OBJECT_QUERIES[kind as ContentKind].properties, told, { id }));
  }
  // Each kind has a fact for each property of its shape, which the compiler sees to.
  return { server, ...lists } as unknown as Catalog;
}
