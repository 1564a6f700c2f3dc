import type { Session } from "../../postgres/session.ts";
import { tokensOf } from "../../postgres/sql/tokens.ts";
import { publicMessageOf } from "../../postgres/thrown-error.ts";
import { withKnownNames } from "../error-text.ts";
import { knownNames, namesOfText } from "../sql/known-names.ts";
import { RAISED } from "../../postgres/server-error.ts";
import type { LocatedProblem } from "../../schema-problems.ts";
import type { Traffic, TrafficStatement, ValueSource } from "./traffic.ts";

export type Value = string | boolean | null;
/** Draws one value. */
export type Draw = () => Value;

/** A statement with its parameters, which never leave this process and the server. */
export interface ReadyStatement extends Pick<TrafficStatement, "sql" | "weight"> {
  readonly draws: readonly Draw[];
}

/** Whether a name in an error can be a parameter of the traffic, or a part of one. */
export type IsParameter = (name: string) => boolean;

/** Values of one query that are used. */
const MOST_VALUES = 10_000;
const LONGEST_VALUE = 200;

/**
 * Reads the values from the copy, and tries each statement once in a transaction that is rolled back. Returns the statements,
 * or the problems: what fails here fails without any migration. The session must have a time limit for statements.
 */
export async function readyStatements(
  session: Session,
  { statements }: Traffic,
  random: () => number,
): Promise<{ readonly ready: readonly ReadyStatement[]; readonly problems: readonly LocatedProblem[]; readonly isParameter: IsParameter }> {
  const ready: ReadyStatement[] = [];
  const problems: LocatedProblem[] = [];
  const used = new Set<string>();
  for (const { sql, weight, values, line } of statements) {
    const draws: Draw[] = [];
    const found = problems.length;
    for (const source of values) {
      const chosen = await choicesOf(session, source);
      if ("problem" in chosen) problems.push({ line: chosen.line, text: chosen.problem });
      else {
        draws.push(drawOf(source, chosen.values, random));
        for (const value of chosen.values) for (const word of wordsIn(String(value))) used.add(word);
      }
    }
    if (problems.length > found) continue;
    const failure = await tryOnce(session, sql, draws);
    if (failure !== undefined) problems.push({ line, text: `the statement fails in the copy before any migration: ${failure}` });
    ready.push({ sql, weight, draws });
  }
  return { ready, problems, isParameter: (name) => wordsIn(name).some((word) => used.has(word)) };
}

/** The first words of a statement that can only be a query. */
const READS: ReadonlySet<string> = new Set(["select", "values", "table", "with"]);
const NOT_A_SELECT = "the query of values must be a select, because its rows are only read";

type Chosen = { readonly values: readonly Value[] } | { readonly problem: string; readonly line: number };

async function choicesOf(session: Session, source: ValueSource): Promise<Chosen> {
  if (source.kind === "oneOf") return { values: source.values };
  if (source.kind === "constant") return { values: [source.value] };
  if (source.kind !== "query") return { values: [] };
  const { line } = source;
  const query = source.sql.trim().replace(/;\s*$/, "");
  const first = tokensOf(query).find(({ text }) => text !== "(");
  if (first !== undefined && !READS.has(first.text.toLowerCase())) return { line, problem: NOT_A_SELECT };
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
    return { line, problem: `the query fails in the copy: ${ownWords(thrown, query)}` };
  } finally {
    await session.query("rollback").catch(() => {});
  }
}

/** The words of a value as the server compares names. A name has fewer characters. */
function wordsIn(value: string): readonly string[] {
  return (
    value
      .slice(0, LONGEST_VALUE)
      .toLowerCase()
      .match(/[\p{L}\p{N}_$]+/gu) ?? []
  );
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
    return ownWords(thrown, sql);
  } finally {
    await session.query("rollback").catch(() => {});
  }
}

/** The error with the names of its own statement only: others can be values. */
function ownWords(thrown: unknown, sql: string): string {
  const message = publicMessageOf(thrown);
  return message === RAISED ? message : withKnownNames(message, knownNames(namesOfText(sql)));
}
