import { inWords } from "../advice/advice.ts";
import { found } from "../finding.ts";
import type { EffectiveLimits } from "../limits.ts";
import type { Blamed } from "../measure/blame.ts";
import type { Explained, ExplainedTable } from "../measure/measure.ts";
import type { StatementPart } from "../measure/parts.ts";
import type { ReadStatement } from "../measure/statements.ts";
import type { Relation } from "../observe/relations.ts";
import { formatRows } from "../size.ts";
import { runsCode } from "../sql/runs-code.ts";
import type { Token } from "../../postgres/sql/tokens.ts";
import type { Judged } from "./judged.ts";
import { heldBy, judgeLockedRows, MANY_ROWS, timesOf } from "./locked-rows.ts";
import { placeOf } from "./place.ts";
import { type Shown, subjectOf, textOf } from "./subject.ts";

const CHANGING: ReadonlySet<string> = new Set(["update", "delete", "merge"]);

/** Row locks are not in `pg_locks`. How many rows a transaction changed, and how long it took afterwards, shows them. */
export function judgeRows(
  { change }: ExplainedTable,
  own: EffectiveLimits,
  { statements, allStatements }: Pick<Explained, "statements" | "allStatements">,
  shown: Shown,
): readonly Judged[] {
  const rows = change.updated + change.deleted;
  if (rows < MANY_ROWS) return judgeLockedRows(change, own, allStatements, shown);
  const blamed =
    longestOf(naming(change.relations, statements, (kind) => CHANGING.has(kind))) ??
    longestOf(hidden(statements, allStatements)) ??
    longestOf(naming(change.relations, statements, (kind) => kind === "other")) ??
    // A foreign key with `on delete cascade`, or a trigger of another table.
    longestOf(statements.flatMap((statement) => partsWith(statement, ({ kind }) => CHANGING.has(kind))));
  if (blamed === undefined) return [];
  const heldMs = heldBy(blamed.statement, allStatements, change.locks?.changingMs);
  if (heldMs <= own.blockedWritesMs) return [];
  const { subject, advice } = repeated(blamed, allStatements, shown) ?? subjectOf(blamed, shown);
  const facts = { ...subject, rows: formatRows(rows), done: "changed", ...timesOf(heldMs, own) };
  const options = { at: placeOf(blamed, shown.files), reason: own.reasons.blockedWrites };
  return [{ finding: found("rows-locked", { kind: "table", name: change.table.shown }, facts, options), advice }];
}

/** So many statements that differ in their values only are a loop of the migration. */
const MANY_TIMES = 100;

/** A statement that a migration sends for each row: no batch of it is smaller, and only a COMMIT in between helps. */
function repeated(blamed: Blamed, all: readonly ReadStatement[], shown: Shown): ReturnType<typeof subjectOf> | undefined {
  const shapeOf = ({ tokens }: StatementPart): string => textOf(tokens, { ...shown, literals: false });
  const [own, { transaction }] = [shapeOf(blamed.part), blamed.statement];
  const times = all.filter((each) => each.transaction === transaction && each.parts.some((part) => shapeOf(part) === own)).length;
  if (times < MANY_TIMES) return undefined;
  const text = `The migration sends this statement ${times.toLocaleString("en-US")} times in one transaction. End the transaction after some hundreds of them, so that others wait for few rows at a time.`;
  return { subject: { ...subjectOf(blamed, shown).subject, advice: text, sql: [] }, advice: inWords(text) };
}

function naming(
  relations: readonly Relation[],
  statements: readonly ReadStatement[],
  isSuitable: (kind: string) => boolean,
): readonly Blamed[] {
  const names = new Set(relations.map(({ name }) => name));
  return statements.flatMap((statement) =>
    partsWith(statement, ({ kind, names: named }) => isSuitable(kind) && named.some((parts) => names.has(parts.at(-1) ?? ""))),
  );
}

function partsWith(statement: ReadStatement, isSuitable: (part: StatementPart) => boolean): readonly Blamed[] {
  return statement.parts.filter(isSuitable).map((part) => ({ statement, part }));
}

/**
 * Statements that can change rows of a table without its name: code, calls of functions, prepared statements. Not those that can
 * commit in between, because they release the rows: that is possible only outside of a transaction block.
 */
function hidden(statements: readonly ReadStatement[], all: readonly ReadStatement[]): readonly Blamed[] {
  return statements.flatMap((statement) => {
    const isInBlock = statement.parts.length > 1 || all.some((each) => each !== statement && each.transaction === statement.transaction);
    return partsWith(statement, ({ tokens }) => runsCode(tokens) && (isInBlock || !canCommit(tokens)));
  });
}

function canCommit(tokens: readonly Token[]): boolean {
  return tokens[0]?.text.toLowerCase() === "call" || tokens.some(({ text }) => /\bcommit\b/i.test(text));
}

function longestOf(choices: readonly Blamed[]): Blamed | undefined {
  return choices.toSorted((one, other) => lengthOfStatement(other.statement) - lengthOfStatement(one.statement))[0];
}

function lengthOfStatement({ startMs, endMs }: ReadStatement): number {
  return endMs - startMs;
}
