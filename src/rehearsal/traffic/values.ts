import type { Session } from "../../postgres/session.ts";
import { publicMessageOf } from "../../postgres/thrown-error.ts";
import type { LocatedProblem } from "../../schema-problems.ts";
import type { Traffic, TrafficStatement, ValueSource } from "./traffic.ts";

export type Value = string | boolean | null;
/** Draws one value. */
export type Draw = () => Value;

/** A statement with its parameters, which never leave this process and the server. */
export interface ReadyStatement extends Pick<TrafficStatement, "sql" | "weight"> {
  readonly draws: readonly Draw[];
}

/** Values of one query that are used. */
const MOST_VALUES = 10_000;

/**
 * Reads the values from the copy, and tries each statement once in a transaction that is rolled back. Returns the statements,
 * or the problems: what fails here fails without any migration. The session must have a time limit for statements.
 */
export async function readyStatements(
  session: Session,
  { statements }: Traffic,
  random: () => number,
): Promise<{ readonly ready: readonly ReadyStatement[]; readonly problems: readonly LocatedProblem[] }> {
  const ready: ReadyStatement[] = [];
  const problems: LocatedProblem[] = [];
  for (const { sql, weight, values, line } of statements) {
    const draws: Draw[] = [];
    const found = problems.length;
    for (const source of values) {
      const chosen = await choicesOf(session, source);
      if ("problem" in chosen) problems.push({ line: chosen.line, text: chosen.problem });
      else draws.push(drawOf(source, chosen.values, random));
    }
    if (problems.length > found) continue;
    const failure = await tryOnce(session, sql, draws);
    if (failure !== undefined) problems.push({ line, text: `the statement fails in the copy before any migration: ${failure}` });
    ready.push({ sql, weight, draws });
  }
  return { ready, problems };
}

type Chosen = { readonly values: readonly Value[] } | { readonly problem: string; readonly line: number };

async function choicesOf(session: Session, source: ValueSource): Promise<Chosen> {
  if (source.kind === "oneOf") return { values: source.values };
  if (source.kind !== "query") return { values: [] };
  const { line } = source;
  const query = source.sql.trim().replace(/;\s*$/, "");
  try {
    await session.query(
      `begin read only; declare offshoot_values no scroll cursor for select found.value::pg_catalog.text as value from (\n${query}\n) as found (value)`,
    );
    const rows = await session.query<{ value: string | null }>(`fetch ${MOST_VALUES} from offshoot_values`);
    if (rows.length > 0) return { values: rows.map(({ value }) => value) };
    return {
      line,
      problem:
        "the query returns no row in the copy: write values that do not depend on its rows, or rehearse on a copy with rows (--from URL)",
    };
  } catch (thrown) {
    return { line, problem: `the query fails in the copy: ${publicMessageOf(thrown)}` };
  } finally {
    await session.query("rollback").catch(() => {});
  }
}

function drawOf(source: ValueSource, values: readonly Value[], random: () => number): Draw {
  if (source.kind === "constant") return () => source.value;
  if (source.kind === "between") return () => String(source.from + Math.floor(random() * (source.to - source.from + 1)));
  return () => values[Math.floor(random() * values.length)] ?? null;
}

async function tryOnce(session: Session, sql: string, draws: readonly Draw[]): Promise<string | undefined> {
  try {
    await session.query("begin");
    await session.query(
      sql,
      draws.map((draw) => draw()),
    );
    return undefined;
  } catch (thrown) {
    return publicMessageOf(thrown);
  } finally {
    await session.query("rollback").catch(() => {});
  }
}
