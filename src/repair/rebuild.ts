import { readCatalog } from "../catalog/read.ts";
import type { Session } from "../postgres/connect.ts";
import { compareCatalogs } from "../drift/compare.ts";
import type { Side } from "./lookup.ts";
import { planRepair } from "./plan.ts";
import { statements } from "./script.ts";
import { readRepairSource } from "./source.ts";

/** Makes in an empty database what another one holds, as a repair of all that is missing. Throws the server's error. */
export async function rebuild(session: Session, original: Side): Promise<void> {
  const empty: Side = { catalog: await readCatalog(session), source: await readRepairSource(session) };
  const changes = compareCatalogs(original.catalog, empty.catalog);
  const { steps } = planRepair(original, empty, changes, { rows: { hasRows: () => false, hasNulls: () => false } });
  for (const { sql } of statements(steps)) await session.query(sql);
}
