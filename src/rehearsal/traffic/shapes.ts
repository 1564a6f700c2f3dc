import { codeOf, OffshootError } from "../../errors.ts";
import type { Session } from "../../postgres/session.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";

/** A statement as `pg_stat_statements` counted it, with `$1` for its constants. */
export interface Shape {
  readonly sql: string;
  readonly calls: number;
}

export interface Shapes {
  /** The most frequent first. */
  readonly shapes: readonly Shape[];
  /** Seconds since the counters were reset; undefined where that is not known. */
  readonly seconds: number | undefined;
  /** Statements of other roles whose text this role must not see. */
  readonly hidden: number;
}

const MOST_SHAPES = 200;

const WHERE = `select e.extversion::pg_catalog.text as version, n.nspname::pg_catalog.text as schema
  from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) e.extnamespace
  where e.extname operator(pg_catalog.=) 'pg_stat_statements'`;

/** Reads the counted statements of this database. Only reads. Throws `PRIVILEGE_MISSING` and `USAGE` where they cannot be read. */
export async function readShapes(session: Session, quote: (name: string) => string): Promise<Shapes> {
  const [extension] = await session.query<{ version: string; schema: string }>(WHERE);
  if (extension === undefined) throw unavailable("The extension pg_stat_statements is not in this database.");
  const at = (name: string): string => `${quote(extension.schema)}.${quote(name)}`;
  try {
    // Each hidden statement has the same text, so they are one row here.
    const rows = await session.query<{ sql: string | null; calls: string; counted: number }>(
      `select s.query as sql, pg_catalog.sum(s.calls)::pg_catalog.text as calls, pg_catalog.count(*)::pg_catalog.int4 as counted
        from ${at("pg_stat_statements")} s
        where s.dbid operator(pg_catalog.=) (select oid from pg_catalog.pg_database where datname operator(pg_catalog.=) pg_catalog.current_database())
        group by s.query order by (s.query is null or s.query operator(pg_catalog.=) $1) desc, pg_catalog.sum(s.calls) desc limit ${MOST_SHAPES}`,
      [HIDDEN],
    );
    const [since] = await session
      .query<{ seconds: number | null }>(
        `select pg_catalog.date_part('epoch', pg_catalog.now() operator(pg_catalog.-) i.stats_reset) as seconds from ${at("pg_stat_statements_info")} i`,
      )
      // Versions before 1.9 of the extension have no such view.
      .catch(() => []);
    const isHidden = ({ sql }: { readonly sql: string | null }): boolean => sql === null || sql === HIDDEN;
    const shown = rows.filter((row) => !isHidden(row));
    const shapes = shown.map(({ sql, calls }) => ({ sql: sql ?? "", calls: Number(calls) }));
    return { shapes, seconds: since?.seconds ?? undefined, hidden: rows.filter(isHidden).reduce((sum, { counted }) => sum + counted, 0) };
  } catch (thrown) {
    if (codeOf(thrown) === SQLSTATE.insufficientPrivilege) {
      throw new OffshootError("PRIVILEGE_MISSING", "This role must not read pg_stat_statements.", {
        remedy: "Use a role with `grant pg_read_all_stats`, or write the file by hand: docs/rehearsal.md shows its form.",
      });
    }
    if (codeOf(thrown) === SQLSTATE.notInPrerequisiteState) throw unavailable("The server does not load pg_stat_statements.");
    throw thrown;
  }
}

/** What the view shows in place of the statements of other roles (PostgreSQL documentation, "pg_stat_statements"). */
const HIDDEN = "<insufficient privilege>";

function unavailable(problem: string): OffshootError {
  return new OffshootError("USAGE", problem, {
    meaning: "Without it, the server does not know which statements your application sends.",
    remedy:
      "Add it to shared_preload_libraries and run `create extension pg_stat_statements`, or write the file by hand: docs/rehearsal.md shows its form.",
  });
}
