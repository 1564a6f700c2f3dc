import type { Session } from "../../postgres/connect.ts";
import type { Catalog } from "./catalog.ts";
import { catalogQuery, FRAGMENTS } from "./query.ts";

export interface CatalogOptions {
  /** Only these; default: every schema but Postgres's own and `offshoot`. Objects without a schema are always read. */
  readonly schemas?: readonly string[] | undefined;
}

interface FactRow extends Record<string, unknown> {
  readonly kind: string;
  readonly id: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Reads what is in the session's database in one round trip, read only, as any role, directly or over a
 * pooler, from PostgreSQL 14 to 18. Objects that extensions brought and our own schema are left out. In an
 * open transaction the settings of the query (read only, an empty search path) last to its end. Throws the
 * server's error.
 */
export async function readCatalog(session: Session, options: CatalogOptions = {}): Promise<Catalog> {
  const rows = await session.query<FactRow>(catalogQuery(options.schemas));
  const lists = new Map<string, unknown[]>(Object.keys(FRAGMENTS).map((kind) => [kind, []]));
  let server: unknown;
  for (const { kind, id, body } of rows) {
    if (kind === "server") server = body;
    else lists.get(kind)?.push({ id, ...body });
  }
  // The fragments build exactly the shapes that stand beside them.
  return { server, ...Object.fromEntries(lists) } as unknown as Catalog;
}
