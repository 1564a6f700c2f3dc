import { literal } from "../../postgres/identifier.ts";
import { PLATFORM, type Named } from "./scope.ts";

export interface Extension extends Named {
  readonly schema: string;
  readonly version: string;
}

export const extensions = `
select 'extensions', format('%I', e.extname), jsonb_build_object('name', e.extname, 'schema', n.nspname, 'version', e.extversion)
from pg_extension e join pg_namespace n on n.oid = e.extnamespace
where e.extname not in (${["plpgsql", ...PLATFORM.extensions].map(literal).join(", ")})`;
