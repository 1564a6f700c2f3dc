import { literal } from "../../postgres/identifier.ts";
import type { Session } from "../../postgres/connect.ts";

/** The position of a sequence. Numbers have 64 bits and are kept as text. */
export interface SequencePosition {
  /** As in the catalog. */
  readonly id: string;
  /** The last number that the sequence returned; undefined before the first. */
  readonly last: string | undefined;
  /**
   * The first number that the sequence will return, which `restart` and `setval` can set. Read only where the sequence
   * returned no number yet and its column has values. Undefined where the role has no permission to read it.
   */
  readonly first?: string | undefined;
  /** The columns that use it: the column that owns it, and columns with a default of `nextval`. */
  readonly columns: readonly SequenceColumn[];
}

export interface SequenceColumn {
  /** Quoted, as in `app.orders.id`. */
  readonly id: string;
  /** Its highest value; undefined where it has no value, or reading it is expensive or not permitted. */
  readonly highest: string | undefined;
}

interface Found extends Record<string, unknown> {
  readonly oid: number;
  readonly id: string;
  readonly relation: string | null;
  readonly column: string | null;
  readonly cheap: boolean;
  readonly readable: boolean;
}

/**
 * The sequences that the role can read, the columns that use them, and whether the column's maximum is cheap to read:
 * Postgres reads it from the end of an ordinary unique index that starts with the column, unless row security hides rows. A
 * table without a page is skipped, since most tables are empty in CI. `pg_depend` links a sequence to the column that owns
 * it, and to a column default that uses it. CASE guarantees the order of the conditions: the one on rights fails for a
 * relation that is not a sequence, and the size excludes most tables at once. JIT would take longer than the query.
 */
const FOUND = `
set local jit = off;
with sequences as materialized (
  select s.oid, pg_catalog.format('%I.%I', n.nspname, s.relname) as id
  from pg_catalog.pg_class s join pg_catalog.pg_namespace n on n.oid = s.relnamespace and n.nspname !~ '^pg_'
  where case s.relkind when 'S' then pg_catalog.has_sequence_privilege(s.oid, 'USAGE, SELECT') and pg_catalog.has_schema_privilege(n.oid, 'USAGE') else false end
),
used as materialized (
  select s.oid as sequence, d.refobjid as relation, d.refobjsubid as number
  from sequences s join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = s.oid
  where d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.deptype in ('a', 'i') and d.refobjsubid > 0
  union
  select s.oid, f.adrelid, f.adnum
  from sequences s join pg_catalog.pg_depend d on d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = s.oid join pg_catalog.pg_attrdef f on f.oid = d.objid
  where d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass and d.refobjsubid = 0
)
select s.oid, s.id, pg_catalog.quote_ident(tn.nspname) || '.' || pg_catalog.quote_ident(t.relname) as relation, pg_catalog.quote_ident(a.attname) as column,
  case when t.oid is null or (t.relkind = 'r' and pg_catalog.pg_relation_size(t.oid) = 0) then false
    else pg_catalog.has_schema_privilege(tn.oid, 'USAGE') and pg_catalog.has_column_privilege(t.oid, a.attnum, 'SELECT') and not pg_catalog.row_security_active(t.oid)
      and exists (select from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid = i.indexrelid
        where x.relam = (select oid from pg_catalog.pg_am where amname = 'btree') and i.indisvalid and i.indisunique and i.indpred is null
          and i.indrelid = t.oid and i.indkey[0] = a.attnum) end as cheap,
  pg_catalog.has_sequence_privilege(s.oid, 'SELECT') as readable
from sequences s
left join used u on u.sequence = s.oid
left join pg_catalog.pg_class t on t.oid = u.relation
left join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
left join pg_catalog.pg_attribute a on a.attrelid = u.relation and a.attnum = u.number
order by 2, 3, 4`;

// Each statement locks the sequences and tables that it reads, and the server's lock table has a limited size.
const BATCH = 200;

function* batches<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += BATCH) yield all.slice(start, start + BATCH);
}

async function readLast(session: Session, sequences: readonly number[]): Promise<ReadonlyMap<number, string | null>> {
  const last = new Map<number, string | null>();
  for (const some of batches(sequences)) {
    const rows = await session.query<{ oid: number; last: string | null }>(
      `select oid, pg_catalog.pg_sequence_last_value(oid)::pg_catalog.text as last from pg_catalog.unnest(array[${some.join(", ")}]::pg_catalog.oid[]) oid`,
    );
    for (const row of rows) last.set(row.oid, row.last);
  }
  return last;
}

async function readHighest(session: Session, columns: readonly Found[]): Promise<ReadonlyMap<string, string | null>> {
  const highest = new Map<string, string | null>();
  for (const some of batches(columns)) {
    const selects = some.map(
      ({ relation, column }) =>
        `select ${literal(`${relation}.${column}`)} as id, (select pg_catalog.max(${column})::pg_catalog.text from ${relation}) as highest`,
    );
    const rows = await session.query<{ id: string; highest: string | null }>(selects.join("\nunion all\n"));
    for (const row of rows) highest.set(row.id, row.highest);
  }
  return highest;
}

async function readFirst(session: Session, sequences: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const first = new Map<string, string>();
  for (const some of batches(sequences)) {
    const selects = some.map((id) => `select ${literal(id)} as id, last_value::pg_catalog.text as first from ${id} where not is_called`);
    const rows = await session.query<{ id: string; first: string }>(selects.join("\nunion all\n"));
    for (const row of rows) first.set(row.id, row.first);
  }
  return first;
}

/** Reads the positions of sequences, by their quoted names. Throws the server's error. */
export async function readSequences(session: Session): Promise<ReadonlyMap<string, SequencePosition>> {
  const found = await session.query<Found>(FOUND);
  // Columns first: other sessions can insert in between, and a sequence that is read after its column is then not behind.
  const highest = await readHighest(
    session,
    found.filter(({ cheap }) => cheap),
  );
  const last = await readLast(session, [...new Set(found.map(({ oid }) => oid))]);
  const needsFirst = ({ oid, relation, column, readable }: Found): boolean =>
    readable && last.get(oid) == null && highest.get(`${relation}.${column}`) != null;
  const first = await readFirst(session, [...new Set(found.filter(needsFirst).map(({ id }) => id))]);
  const positions = new Map<string, SequencePosition>();
  for (const { oid, id, relation, column } of found) {
    const used = `${relation}.${column}`;
    const columns = relation === null ? [] : [{ id: used, highest: highest.get(used) ?? undefined }];
    positions.set(id, {
      id,
      last: last.get(oid) ?? undefined,
      first: first.get(id),
      columns: [...(positions.get(id)?.columns ?? []), ...columns],
    });
  }
  return positions;
}
