import type { ObjectQuery } from "./object-query.ts";
import type { Named } from "./scope.ts";

export interface Schema extends Named {
  readonly owner: string;
}

export const schemas: ObjectQuery<Schema> = {
  id: "format('%I', nspname)",
  properties: { name: "nspname", owner: "pg_get_userbyid(nspowner)" },
  from: "from ns where not of_extension",
};
