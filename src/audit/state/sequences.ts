import { literal } from "../../postgres/identifier.ts";
import type { Session } from "../../postgres/connect.ts";

/** How far a sequence that belongs to a column has counted. Numbers are 64-bit and kept as text. */
export interface SequencePosition {
  /** As in the catalog. */
  readonly id: string;
  /** The last number given out; undefined before the first, or without the right to see it. */
  readonly last: string | undefined;
  /** True where `last` could be read. */
  readonly readable: boolean;
  /** The highest value in the column that it serves; undefined where it has none, or finding it is not cheap or not allowed. */
  readonly highest: string | undefined;
}

interface Owned extends Record<string, unknown> {
  readonly id: string;
  readonly readable: boolean;
  readonly relation: string;
  readonly column: string;
  readonly cheap: boolean;
}

/**
 * Sequences of columns, what may be read of them, and whether an index leads to the column's maximum. An
 * ordinary index that starts with the column is read from its end: no rows are walked.
 */
const OWNED = `
select format('%I.%I', n.nspname, s.relname) as id,
  has_sequence_privilege(s.oid, 'USAGE, SELECT') and has_schema_privilege(n.oid, 'USAGE') as readable,
  format('%I.%I', tn.nspname, t.relname) as relation, format('%I', a.attname) as column,
  has_schema_privilege(tn.oid, 'USAGE') and has_column_privilege(t.oid, a.attnum, 'SELECT') and exists (
    select from pg_index i join pg_class x on x.oid = i.indexrelid join pg_am m on m.oid = x.relam and m.amname = 'btree'
    where i.indrelid = t.oid and i.indkey[0] = a.attnum and i.indisvalid and i.indpred is null) as cheap
from pg_class s
join pg_namespace n on n.oid = s.relnamespace and n.nspname !~ '^pg_'
join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = s.oid and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')
join pg_class t on t.oid = d.refobjid
join pg_namespace tn on tn.oid = t.relnamespace
join pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid
where s.relkind = 'S' and not pg_is_other_temp_schema(n.oid)
order by 1`;

// Each sequence and table that is read is locked to the end of its statement, and the lock table is finite.
const AT_ONCE = 200;

/** Reads the positions of the sequences of columns. Throws the server's error. */
export async function readSequences(session: Session): Promise<ReadonlyMap<string, SequencePosition>> {
  const owned = (await session.query<Owned>(OWNED)).filter(({ readable }) => readable);
  const positions = new Map<string, SequencePosition>();
  for (let start = 0; start < owned.length; start += AT_ONCE) {
    const selects = owned.slice(start, start + AT_ONCE).map(({ id, relation, column, cheap }) => {
      const highest = cheap ? `(select max(${column})::text from ${relation})` : "null::text";
      return `select ${literal(id)} as id, pg_sequence_last_value(${literal(id)}::regclass)::text as last, ${highest} as highest`;
    });
    const rows = await session.query<{ id: string; last: string | null; highest: string | null }>(selects.join("\nunion all\n"));
    for (const { id, last, highest } of rows) {
      positions.set(id, { id, readable: true, last: last ?? undefined, highest: highest ?? undefined });
    }
  }
  return positions;
}
