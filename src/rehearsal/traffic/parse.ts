import { OffshootError } from "../../errors.ts";
import { type LocatedProblem, problemsOf } from "../../schema-problems.ts";
import { problemLines } from "../../yaml-errors.ts";
import { readYaml } from "../../yaml-file.ts";
import { kindOf, type StatementKind } from "../sql/kinds.ts";
import { withoutLiterals } from "../sql/shown.ts";
import { statementsIn } from "../../postgres/sql/split.ts";
import type { Token } from "../../postgres/sql/tokens.ts";
import { trafficFileSchema, type WrittenValue } from "./file-schema.ts";
import type { Traffic, TrafficStatement, ValueSource } from "./traffic.ts";

const KINDS: ReadonlySet<StatementKind> = new Set(["read", "insert", "update", "delete", "merge"]);
const DEFAULTS = { rate: 20, sessions: 4, waitMs: 3000 } as const;
/** Characters of a statement that are its name. */
const LONGEST_NAME = 60;

/** Reads the text of a traffic file. Throws `CONFIG_INVALID` with all problems, each with the file, the line and the key. */
export function parseTraffic(text: string, file: string): Traffic {
  const yaml = readYaml(text);
  if (yaml.errors.length > 0) throw invalidTraffic(file, yaml.errors);
  const parsed = trafficFileSchema.safeParse(yaml.value ?? {});
  if (!parsed.success) {
    throw invalidTraffic(
      file,
      problemsOf(parsed.error.issues, yaml.value ?? {}).map(({ path, text: problem }) => ({
        line: yaml.lineOf(path),
        text: problem.startsWith("must ") ? `${keyText(path)} ${problem}` : problem,
      })),
    );
  }
  const { rate, sessions, before, after, timeout, statements: written } = parsed.data;
  const problems: LocatedProblem[] = [];
  const statements = written.map(({ name, sql, weight = 1, values = [] }, at): TrafficStatement => {
    const line = yaml.lineOf(["statements", at]);
    const parts = statementsIn(sql);
    const tokens = parts[0]?.tokens ?? [];
    const problem = problemOf(parts.length, tokens, values.length);
    if (problem !== undefined) problems.push({ line: yaml.lineOf(["statements", at, problem.key]), text: problem.text });
    const sources = values.map((value, index) => sourceOf(value, yaml.lineOf(["statements", at, "values", index])));
    const shown = withoutLiterals(tokens);
    const short = shown.length <= LONGEST_NAME ? shown : `${shown.slice(0, LONGEST_NAME)}…`;
    return { name: name ?? short, sql, weight, values: sources, line };
  });
  if (problems.length > 0) throw invalidTraffic(file, problems);
  return {
    file,
    ratePerSecond: rate ?? DEFAULTS.rate,
    sessions: sessions ?? DEFAULTS.sessions,
    beforeMs: before ?? DEFAULTS.waitMs,
    afterMs: after ?? DEFAULTS.waitMs,
    timeoutMs: timeout,
    statements,
  };
}

/** The error for a traffic file with problems. */
export function invalidTraffic(file: string, problems: readonly LocatedProblem[]): OffshootError {
  const lines = problems.toSorted((one, other) => one.line - other.line).map(({ line, text }) => `${file}:${line}: ${text}`);
  return new OffshootError("CONFIG_INVALID", problemLines(lines), {
    meaning: "The traffic for the rehearsal cannot be used. Nothing was rehearsed.",
    remedy: "Correct these lines. docs/rehearsal.md shows the form of the file.",
    facts: { file, problems: lines.length },
  });
}

function problemOf(count: number, tokens: readonly Token[], values: number): { readonly key: string; readonly text: string } | undefined {
  if (count !== 1) return { key: "sql", text: "sql must be one statement: write each one as an entry of its own" };
  if (!KINDS.has(kindOf(tokens))) return { key: "sql", text: "sql must be a select, insert, update, delete or merge" };
  const highest = tokens.reduce((most, { kind, text }) => (kind === "parameter" ? Math.max(most, Number(text.slice(1))) : most), 0);
  if (highest === values) return undefined;
  const needed = highest === 0 ? "no parameter" : highest === 1 ? "the parameter $1" : `the parameters $1 to $${highest}`;
  return { key: values === 0 ? "sql" : "values", text: `values must have ${highest} entries, not ${values}: sql has ${needed}` };
}

function sourceOf(value: WrittenValue, line: number): ValueSource {
  if (value === null || typeof value !== "object") return { kind: "constant", value };
  if ("between" in value) {
    const [one, other] = value.between;
    return { kind: "between", from: Math.min(one, other), to: Math.max(one, other) };
  }
  return "oneOf" in value ? { kind: "oneOf", values: value.oneOf } : { kind: "query", sql: value.query, line };
}

/** `statements.2.sql`: people count from 1. */
function keyText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "the file";
  return path.map((part) => (typeof part === "number" ? String(part + 1) : String(part))).join(".");
}
