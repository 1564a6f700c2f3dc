import type { Named } from "./scope.ts";

export interface Schema extends Named {
  readonly owner: string;
}

export const schemas = `
select 'schemas', format('%I', nspname), jsonb_build_object('name', nspname, 'owner', pg_get_userbyid(nspowner))
from ns where not of_extension`;
