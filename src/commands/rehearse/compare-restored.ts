import { withSession } from "../../postgres/connect.ts";
import type { Session } from "../../postgres/session.ts";
import type { DirectUrl } from "../../postgres/url.ts";
import type { MissingInCopy } from "../../rehearsal/judge/missing.ts";
import type { IsKnownName } from "../../rehearsal/sql/known-names.ts";
import { missingParts, type Part, readParts } from "./original/parts.ts";
import { tablesWithoutRows, unrestored } from "./unrestored.ts";

/** What could not be restored, in words for a note, and for the findings of its tables. */
export interface Lost {
  /** Empty: nothing. */
  readonly text: string;
  readonly missing: MissingInCopy;
}

export const NOTHING_LOST: Lost = { text: "", missing: { rows: [], parts: [] } };

/** Tables that are asked for a row. */
const MOST_TABLES = 200;

/**
 * Compares a copy with its original after pg_restore printed errors. What it printed can have values of rows, in any line, so the names
 * come from the catalogs of both.
 */
export async function compare(from: DirectUrl, to: DirectUrl, printed: string, isKnown: IsKnownName, signal: AbortSignal): Promise<Lost> {
  const [original, copy] = await Promise.all([
    withSession(from, (session) => readParts(session, false), { signal }),
    withSession(to, (session) => readParts(session, true), { signal }),
  ]);
  const missing = missingParts(original, copy);
  const failed = tablesWithoutRows(printed);
  const asked = failed.size === 0 ? [] : tablesIn(copy).filter(({ name }) => failed.has(bareName(name)));
  const hasRows = (url: DirectUrl): Promise<ReadonlySet<string>> =>
    withSession(url, (session) => withRows(session, asked.slice(0, MOST_TABLES)), { signal });
  const [full, copied] = asked.length === 0 ? [new Set<string>(), new Set<string>()] : await Promise.all([hasRows(from), hasRows(to)]);
  const rows = [...full].filter((name) => !copied.has(name));
  return {
    text: unrestored(printed, [...missing, ...rows.map((name): Part => ({ kind: "rows", name, table: name }))], isKnown),
    missing: {
      rows: [...rows, ...missing.filter(({ kind }) => kind === "rows").map(({ name }) => name)],
      parts: missing.flatMap(({ kind, name, table }) =>
        table === undefined || kind === "rows" ? [] : [{ table, part: `${kind} ${name}` }],
      ),
    },
  };
}

function tablesIn(parts: readonly Part[]): readonly Part[] {
  return parts.filter(({ kind }) => kind === "table");
}

/** The name without its schema and its quotes. */
function bareName(name: string): string {
  const [, quoted, plain = ""] = /(?:"((?:[^"]|"")+)"|([^".]+))$/.exec(name) ?? [];
  return quoted === undefined ? plain : quoted.replaceAll('""', '"');
}

/** Those of the tables that have rows of their own. */
async function withRows(session: Session, tables: readonly Part[]): Promise<ReadonlySet<string>> {
  const full = new Set<string>();
  for (const { name } of tables) {
    const [row] = await session.query<{ has: boolean }>(`select exists (select from only ${name}) as has`);
    if (row?.has === true) full.add(name);
  }
  return full;
}
