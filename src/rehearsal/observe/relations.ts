import type { Session } from "../../postgres/session.ts";

/** A relation with a lock that others can wait for: a table, an index, a view, a sequence. */
export interface Relation {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  /** As in `pg_class.relkind`. */
  readonly kind: string;
  /** Quoted, with the schema. */
  readonly shown: string;
  /** The id of the table of an index. */
  readonly table: number | undefined;
  /** Changes when the rows are written to a new file. 0: there is none. */
  readonly file: number;
  /** Of a table, with its TOAST table, which has the long values. */
  readonly bytes: number;
  /** The ids of the tables whose changes reach it: of its partitioned table, or of those from which it inherits. */
  readonly parents?: readonly number[] | undefined;
  /** Whether a change of its rows runs triggers, other than those of foreign keys. */
  readonly hasTriggers?: boolean | undefined;
  /** Whether it is the default partition of its table. */
  readonly isDefault?: boolean | undefined;
  /** The ids of the tables on the other side of its foreign keys. */
  readonly linked?: readonly number[] | undefined;
}

/** What happened to the rows of a table since its statistics began. */
export interface TableCounters {
  readonly id: number;
  readonly fullScans: number;
  readonly rowsScanned: number;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  /** The rows of the table, as estimated by the server. -1: it has no estimate yet. */
  readonly rows: number;
}

/** The state of a database at one moment. */
export interface DatabaseState {
  readonly relations: ReadonlyMap<number, Relation>;
  readonly counters: ReadonlyMap<number, TableCounters>;
  /** Names of the functions that are not part of Postgres. Undefined: not known. */
  readonly functions?: ReadonlySet<string> | undefined;
  readonly bytes: number;
  readonly temporaryBytes: number;
  /** Position in the write-ahead log, in bytes. Undefined: this role or this server does not show it. */
  readonly logPosition: number | undefined;
  /** Whether the server leaves out of the log what a production server writes: new files of tables, or whole pages. */
  readonly logIsReduced?: boolean | undefined;
  /** Whether it writes nothing at all for them (`wal_level = minimal`), so that the growth of the log says nothing about a migration. */
  readonly logIsMinimal?: boolean | undefined;
  /** Whether there are more relations than are read. */
  readonly isCut: boolean;
  readonly major: number;
  /** Whether the statistics of a session that ended can still be missing. */
  readonly statisticsAreLate: boolean;
}

/** The kind of a sequence. Whoever wants a number of it needs ROW EXCLUSIVE, as a writer of a table does. */
export const SEQUENCE = "S";
/** The kind of the table with the long values of another one. */
export const TOAST = "t";

/** Ids below belong to the catalogs of the server (PostgreSQL source, `FirstNormalObjectId`). */
export const FIRST_OWN_ID = 16384;

/** More are not read: the names and sizes of so many relations take seconds. */
const MOST_RELATIONS = 50_000;

/** `pg_relation_size` and the numbers of files need no right on the table (PostgreSQL documentation, "Database Object Size Functions"). */
const RELATIONS = `select c.oid::pg_catalog.int8::pg_catalog.float8 as id, n.nspname::pg_catalog.text as schema, c.relname::pg_catalog.text as name,
    c.relkind::pg_catalog.text as kind, pg_catalog.format('%I.%I', n.nspname, c.relname) as shown,
    coalesce(i.indrelid, t.oid)::pg_catalog.int8::pg_catalog.float8 as "table",
    coalesce(pg_catalog.pg_relation_filenode(c.oid), 0)::pg_catalog.int8::pg_catalog.float8 as file,
    (coalesce(pg_catalog.pg_relation_size(c.oid), 0) operator(pg_catalog.+) case when long.oid is null then 0 else coalesce(pg_catalog.pg_relation_size(long.oid), 0) end)::pg_catalog.float8 as bytes,
    array(select h.inhparent::pg_catalog.int8::pg_catalog.float8 from pg_catalog.pg_inherits h where h.inhrelid operator(pg_catalog.=) c.oid) as parents,
    c.relhastriggers and exists (select from pg_catalog.pg_trigger g where g.tgrelid operator(pg_catalog.=) c.oid and not g.tgisinternal) as "hasTriggers",
    exists (select from pg_catalog.pg_partitioned_table d where d.partdefid operator(pg_catalog.=) c.oid) as "isDefault"
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
    left join pg_catalog.pg_class long on long.oid operator(pg_catalog.=) c.reltoastrelid
    left join pg_catalog.pg_index i on i.indexrelid operator(pg_catalog.=) c.oid
    left join pg_catalog.pg_class t on t.reltoastrelid operator(pg_catalog.=) c.oid and c.relkind operator(pg_catalog.=) 't'
  where c.relpersistence operator(pg_catalog.<>) 't' and (
      c.oid operator(pg_catalog.>=) ${FIRST_OWN_ID}::pg_catalog.oid and c.relkind operator(pg_catalog.=) any ('{r,p,i,I,m,v,t,S,f}'::pg_catalog."char"[])
      or n.nspname operator(pg_catalog.=) any ('{pg_catalog,pg_toast}'::pg_catalog.name[]) and c.relkind operator(pg_catalog.=) any ('{r,i,t}'::pg_catalog."char"[]))
  limit ${MOST_RELATIONS + 1}`;

/** Both tables of each foreign key. */
const LINKS = `select distinct o.conrelid::pg_catalog.int8::pg_catalog.float8 as one, o.confrelid::pg_catalog.int8::pg_catalog.float8 as other
  from pg_catalog.pg_constraint o where o.contype operator(pg_catalog.=) 'f' limit ${MOST_RELATIONS}`;

const COUNTERS = `select s.relid::pg_catalog.int8::pg_catalog.float8 as id, s.seq_scan::pg_catalog.float8 as "fullScans",
    s.seq_tup_read::pg_catalog.float8 as "rowsScanned", s.n_tup_ins::pg_catalog.float8 as inserted, s.n_tup_upd::pg_catalog.float8 as updated,
    s.n_tup_del::pg_catalog.float8 as deleted, greatest(nullif(s.n_live_tup, 0), c.reltuples)::pg_catalog.float8 as rows
  from pg_catalog.pg_stat_user_tables s join pg_catalog.pg_class c on c.oid operator(pg_catalog.=) s.relid limit ${MOST_RELATIONS}`;

const TOTALS = `select pg_catalog.current_setting('server_version_num')::pg_catalog.int4 operator(pg_catalog./) 10000 as major,
    (pg_catalog.current_setting('wal_level') operator(pg_catalog.=) 'minimal' or pg_catalog.current_setting('full_page_writes') operator(pg_catalog.=) 'off') as "logIsReduced",
    pg_catalog.current_setting('wal_level') operator(pg_catalog.=) 'minimal' as "logIsMinimal",
    pg_catalog.pg_database_size(oid)::pg_catalog.float8 as bytes,
    coalesce((select temp_bytes from pg_catalog.pg_stat_database s where s.datid operator(pg_catalog.=) d.oid), 0)::pg_catalog.float8 as "temporaryBytes"
  from pg_catalog.pg_database d where datname operator(pg_catalog.=) pg_catalog.current_database()`;

/** Those of extensions are among them. */
const FUNCTIONS = `select distinct p.proname::pg_catalog.text as name from pg_catalog.pg_proc p where p.oid operator(pg_catalog.>=) ${FIRST_OWN_ID}::pg_catalog.oid
  limit ${MOST_RELATIONS}`;

const LOG = `select pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), '0/0')::pg_catalog.float8 as position`;

interface Totals extends Readonly<Record<"major" | "bytes" | "temporaryBytes", number>> {
  readonly [name: string]: unknown;
  readonly logIsReduced: boolean;
  readonly logIsMinimal: boolean;
}

/** Reads names, files, sizes and statistics. No session of the migration may be open, because sizes need a lock on each table. */
export async function readState(session: Session): Promise<DatabaseState> {
  await session.query("select pg_catalog.pg_stat_clear_snapshot()");
  const relations = await session.query<Relation & Record<string, unknown>>(RELATIONS);
  const links = linksOf(await session.query<{ one: number; other: number }>(LINKS));
  const counters = await session.query<TableCounters & Record<string, unknown>>(COUNTERS);
  const functions = await session.query<{ name: string }>(FUNCTIONS);
  const [totals] = await session.query<Totals>(TOTALS);
  // Some services do not allow it, and a standby has no such position.
  const [log] = await session.query<{ position: number }>(LOG).catch(() => []);
  return {
    relations: new Map(
      relations.slice(0, MOST_RELATIONS).map((row) => [row.id, { ...row, table: row.table ?? undefined, linked: links.get(row.id) }]),
    ),
    counters: new Map(counters.map((row) => [row.id, row])),
    functions: new Set(functions.map(({ name }) => name)),
    bytes: totals?.bytes ?? 0,
    temporaryBytes: totals?.temporaryBytes ?? 0,
    logPosition: log?.position,
    logIsReduced: totals?.logIsReduced,
    logIsMinimal: totals?.logIsMinimal,
    isCut: relations.length > MOST_RELATIONS,
    major: totals?.major ?? 0,
    statisticsAreLate: (totals?.major ?? 0) < 15,
  };
}

function linksOf(pairs: readonly { readonly one: number; readonly other: number }[]): ReadonlyMap<number, readonly number[]> {
  const links = new Map<number, number[]>();
  const link = (from: number, to: number): void => {
    const known = links.get(from);
    if (known === undefined) links.set(from, [to]);
    else known.push(to);
  };
  for (const { one, other } of pairs) {
    link(one, other);
    link(other, one);
  }
  return links;
}

/** The table that a relation belongs to: its own id for a table, the table of an index, the table of a TOAST table. */
export function tableOf(id: number, relations: ReadonlyMap<number, Relation>): number {
  const above = relations.get(id)?.table;
  return above === undefined ? id : tableOf(above, relations);
}

/** The tables above one: those that it is a partition or a child of, directly or through others. */
export function ancestorsOf(id: number, relations: ReadonlyMap<number, Relation>): readonly Relation[] {
  const found = new Map<number, Relation>();
  const open = [...(relations.get(id)?.parents ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const above = relations.get(next);
    if (above === undefined || found.has(next)) continue;
    found.set(next, above);
    open.push(...(above.parents ?? []));
  }
  return [...found.values()];
}
