import { literal } from "../postgres/identifier.ts";
import type { ObjectQuery } from "./object-query.ts";
import { PLATFORM, type Named } from "./scope.ts";

export interface Schema extends Named {
  readonly owner: string;
}

export const schemas: ObjectQuery<Schema> = {
  id: "pg_catalog.format('%I', nspname)",
  properties: { name: "nspname", owner: "pg_catalog.pg_get_userbyid(nspowner)" },
  from: "from ns where not of_extension",
};

export interface Extension extends Named {
  readonly schema: string;
  readonly version: string;
}

export const extensions: ObjectQuery<Extension> = {
  id: "pg_catalog.format('%I', e.extname)",
  properties: { name: "e.extname", schema: "n.nspname", version: "e.extversion" },
  from: `
from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
where e.extname not in (${["plpgsql", ...PLATFORM.extensions].map(literal).join(", ")})`,
};
