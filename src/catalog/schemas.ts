import type { Fragment } from "./facts.ts";
import type { Named } from "./scope.ts";

export interface Schema extends Named {
  readonly owner: string;
}

export const schemas: Fragment<Schema> = {
  id: "format('%I', nspname)",
  facts: { name: "nspname", owner: "pg_get_userbyid(nspowner)" },
  from: "from ns where not of_extension",
};
