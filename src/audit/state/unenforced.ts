import type { Session } from "../../postgres/connect.ts";

/** A constraint that is not enforced: the triggers that check it are disabled. */
export interface UnenforcedConstraint {
  /** As in the catalog. */
  readonly id: string;
  readonly definition: string;
  /** The quoted table with the disabled triggers: the one with the foreign key, or the one that it refers to. */
  readonly on: string;
}

/**
 * Postgres enforces foreign keys and deferrable unique constraints with internal triggers. `disable trigger all` disables
 * them too (PostgreSQL documentation, ALTER TABLE). Our catalog does not list internal triggers.
 */
const UNENFORCED = `
select pg_catalog.format('%I.%I.%I', n.nspname, r.relname, c.conname) as id, pg_catalog.pg_get_constraintdef(c.oid) as definition,
  pg_catalog.format('%I.%I', tn.nspname, t.relname) as "on"
from (select distinct tgconstraint, tgrelid from pg_catalog.pg_trigger where tgisinternal and tgenabled = 'D' and tgconstraint <> 0) d
join pg_catalog.pg_constraint c on c.oid = d.tgconstraint
join pg_catalog.pg_class r on r.oid = c.conrelid
join pg_catalog.pg_namespace n on n.oid = r.relnamespace
join pg_catalog.pg_class t on t.oid = d.tgrelid
join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
order by 1, 3`;

/** The constraints with disabled triggers. Throws the server's error. */
export async function readUnenforced(session: Session): Promise<readonly UnenforcedConstraint[]> {
  return (await session.query<Record<keyof UnenforcedConstraint, string>>(UNENFORCED)).map(({ id, definition, on }) => ({
    id,
    definition,
    on,
  }));
}
