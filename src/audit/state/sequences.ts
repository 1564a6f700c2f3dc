import { literal } from "../../postgres/identifier.ts";
import type { Session } from "../../postgres/connect.ts";

/** How far a sequence has counted. Numbers are 64-bit and kept as text. */
export interface SequencePosition {
  /** As in the catalog. */
  readonly id: string;
  /** The last number given out; undefined before the first. */
  readonly last: string | undefined;
  /** The columns that it counts for: the one that owns it, and those whose default draws from it. */
  readonly columns: readonly SequenceColumn[];
}

export interface SequenceColumn {
  /** Quoted, as in `app.orders.id`. */
  readonly id: string;
  /** Its highest value; undefined where it has none, or finding it is not cheap or not allowed. */
  readonly highest: string | undefined;
}

interface Found extends Record<string, unknown> {
  readonly id: string;
  readonly relation: string | null;
  readonly column: string | null;
  readonly cheap: boolean;
}

/**
 * Sequences that the role may read, the columns that they count for, and whether the column's maximum is cheap: an
 * ordinary index that starts with the column is read from its end, and no rows are walked, unless row security
 * hides some. A table without a page is not asked: most are empty in CI. What a sequence belongs to is a dependency of
 * its own, what draws from it is one of the column's default. A CASE alone decides in which order conditions are looked
 * at, and the one on rights fails for what is no sequence.
 */
const FOUND = `
with used as materialized (
  select d.objid as sequence, d.refobjid as relation, d.refobjsubid as number from pg_depend d
  where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i') and d.refobjsubid > 0
  union
  select d.refobjid, f.adrelid, f.adnum from pg_depend d join pg_attrdef f on f.oid = d.objid
  where d.classid = 'pg_attrdef'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjsubid = 0
),
indexed as materialized (
  select distinct i.indrelid as relation, i.indkey[0] as number
  from pg_index i join pg_class x on x.oid = i.indexrelid join pg_am m on m.oid = x.relam
  where m.amname = 'btree' and i.indisvalid and i.indpred is null
)
select format('%I.%I', n.nspname, s.relname) as id,
  quote_ident(tn.nspname) || '.' || quote_ident(t.relname) as relation, quote_ident(a.attname) as column,
  coalesce(i.relation is not null and has_schema_privilege(tn.oid, 'USAGE') and has_column_privilege(t.oid, a.attnum, 'SELECT')
    and not row_security_active(t.oid) and (t.relkind <> 'r' or pg_relation_size(t.oid) > 0), false) as cheap
from pg_class s
join pg_namespace n on n.oid = s.relnamespace and n.nspname !~ '^pg_'
left join used u on u.sequence = s.oid
left join pg_class t on t.oid = u.relation
left join pg_namespace tn on tn.oid = t.relnamespace
left join pg_attribute a on a.attrelid = u.relation and a.attnum = u.number
left join indexed i on i.relation = u.relation and i.number = u.number
where case s.relkind when 'S' then has_sequence_privilege(s.oid, 'USAGE, SELECT') and has_schema_privilege(n.oid, 'USAGE') else false end
order by 1, 2, 3`;

// Each sequence and table that is read is locked to the end of its statement, and the lock table is finite.
const AT_ONCE = 200;

/** Reads the positions of sequences, by their quoted names. Throws the server's error. */
export async function readSequences(session: Session): Promise<ReadonlyMap<string, SequencePosition>> {
  const found = await session.query<Found>(FOUND);
  const positions = new Map<string, SequencePosition>();
  for (let start = 0; start < found.length; start += AT_ONCE) {
    const selects = found.slice(start, start + AT_ONCE).map(({ id, relation, column, cheap }) => {
      const highest = cheap ? `(select max(${column})::text from ${relation})` : "null::text";
      const used = relation === null ? "null" : literal(`${relation}.${column}`);
      return `select ${literal(id)} as id, pg_sequence_last_value(${literal(id)}::regclass)::text as last, ${used} as used, ${highest} as highest`;
    });
    const rows = await session.query<{ id: string; last: string | null; used: string | null; highest: string | null }>(
      selects.join("\nunion all\n"),
    );
    for (const { id, last, used, highest } of rows) {
      const column = used === null ? [] : [{ id: used, highest: highest ?? undefined }];
      positions.set(id, { id, last: last ?? undefined, columns: [...(positions.get(id)?.columns ?? []), ...column] });
    }
  }
  return positions;
}
