import { kindOf, type StatementKind } from "../sql/kinds.ts";
import { statementsIn } from "../../postgres/sql/split.ts";
import { inOneLine } from "../sql/shown.ts";
import type { Token } from "../../postgres/sql/tokens.ts";
import { FILL_IN, MOST } from "./file-schema.ts";
import type { Shapes } from "./shapes.ts";

/** Statements that are proposed. */
const MOST_PROPOSED = 20;
/** The shares of the statements are written as parts of this many. */
const PARTS = 1000;
const KINDS: ReadonlySet<StatementKind> = new Set(["read", "insert", "update", "delete", "merge"]);
/** What psql, pg_dump, drivers and tools ask, mostly of the catalogs, and what uses no table. */
const NOT_OF_APPLICATION =
  /\b(pg_catalog|information_schema|pg_stat_\w+|pg_sleep|offshoot)\b|\b(from|join)\s+pg_\w|^(show|explain|values|fetch|declare|close|listen|notify)\b|^select last_value, is_called from /i;

/** A traffic file to complete. */
export interface Proposal {
  readonly text: string;
  readonly statements: number;
  /** Parameters that a person has to fill in. */
  readonly parameters: number;
}

interface Proposed {
  readonly sql: string;
  readonly parameters: number;
  readonly weight: number;
}

/**
 * A traffic file with the most frequent statements. It has no constant of the server: not those that `pg_stat_statements` left in
 * a text, and no comment. Undefined where no statement is of an application. Pure.
 */
export function proposeTraffic({ shapes, seconds }: Shapes): Proposal | undefined {
  const usable = shapes.flatMap(({ sql, calls }) => {
    const shape = shapeOf(sql);
    return shape === undefined ? [] : [{ ...shape, calls }];
  });
  const chosen = usable.slice(0, MOST_PROPOSED);
  if (chosen.length === 0) return undefined;
  const total = chosen.reduce((sum, { calls }) => sum + calls, 0);
  const statements = chosen.map(({ sql, parameters, calls }): Proposed => ({
    sql,
    parameters,
    weight: Math.max(1, Math.round((calls / total) * PARTS)),
  }));
  const perSecond = seconds === undefined || seconds < 1 ? undefined : Math.round(total / seconds);
  return {
    text: textOf(statements, perSecond),
    statements: statements.length,
    parameters: statements.reduce((sum, { parameters }) => sum + parameters, 0),
  };
}

/** The statement with a parameter for each constant that is left in it. */
function shapeOf(sql: string): { readonly sql: string; readonly parameters: number } | undefined {
  const parts = statementsIn(sql);
  const [first] = parts;
  if (parts.length !== 1 || first === undefined || !KINDS.has(kindOf(first.tokens))) return undefined;
  const { tokens } = first;
  let highest = tokens.reduce((most, { kind, text }) => (kind === "parameter" ? Math.max(most, Number(text.slice(1))) : most), 0);
  const replaced = tokens.map((token): Token => {
    if (token.kind !== "string" && token.kind !== "number") return token;
    highest += 1;
    return { ...token, kind: "parameter", text: `$${highest}` };
  });
  // A text whose end is not known can have constants that are not recognised.
  if (tokens.some(({ kind }) => kind === "unclear") || highest > MOST.values) return undefined;
  const text = inOneLine(replaced);
  return text.length > MOST.sqlLength || NOT_OF_APPLICATION.test(text) || !/\b(from|into|update|merge)\b/i.test(text)
    ? undefined
    : { sql: text, parameters: highest };
}

function textOf(statements: readonly Proposed[], perSecond: number | undefined): string {
  const rate = Math.min(MOST.rate, Math.max(1, perSecond ?? 20));
  const measured = perSecond === undefined ? "statements in a second" : `statements in a second; the server had ${perSecond}`;
  return [
    "# Proposed from pg_stat_statements, which has the shape of statements and not their values.",
    `# Replace each ${FILL_IN} by a value, or by one of:`,
    "#   between: [1, 1000]                          a whole number",
    "#   oneOf: [new, paid]                          one of these",
    "#   query: select id from orders limit 1000     the first column, read in the copy",
    "# Remove what does not matter, and give the others a name.",
    "version: 1",
    `rate: ${rate} # ${measured}`,
    "statements:",
    ...statements.flatMap(({ sql, weight, parameters }) => [
      `  - sql: ${JSON.stringify(sql)}`,
      `    weight: ${weight}`,
      ...(parameters === 0 ? [] : ["    values:"]),
      ...Array.from({ length: parameters }, (_, at) => `      - ${FILL_IN} # $${at + 1}`),
    ]),
    "",
  ].join("\n");
}
