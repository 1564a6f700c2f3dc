import type { Catalog } from "../../src/catalog/catalog.ts";
import { readCatalog } from "../../src/catalog/read.ts";
import type { Session } from "./session.ts";

/** Runs DDL, reads the catalog, and rolls the DDL back. */
export async function afterwards(session: Session, ddl: string): Promise<Catalog> {
  await session.query("begin");
  try {
    await session.query(ddl);
    return await readCatalog(session);
  } finally {
    await session.query("rollback");
  }
}
