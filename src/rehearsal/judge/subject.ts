import { advise } from "../advice/advise.ts";
import { type Advice, withBatchSize } from "../advice/advice.ts";
import { partitionsOf } from "../advice/partitioned-index.ts";
import type { Blamed } from "../measure/blame.ts";
import type { StatementPart } from "../measure/parts.ts";
import { shownTokens } from "../measure/torn.ts";
import type { Relation } from "../observe/relations.ts";
import { type AdvisedSchema, knownFor } from "./known-for.ts";
import { type Later, relationsAt } from "./relations-at.ts";
import { factsOf, type TableFacts } from "../table-facts.ts";
import { readAlterTable } from "../sql/alter-table.ts";
import { nothingKnown } from "../advice/known.ts";
import { mentions } from "../sql/names.ts";
import type { MigrationFiles } from "../sql/migration-files.ts";
import { LONGEST_ADVICE, withLiterals, withoutLiterals } from "../sql/shown.ts";
import { type Token, tokensOf } from "../../postgres/sql/tokens.ts";

/** What the judging needs to show statements and places. */
export interface Shown {
  readonly files: MigrationFiles;
  readonly major: number;
  /** Whether statements are shown with their literals. */
  readonly literals: boolean;
  /** Whether other runs use the server of the copy. A branch of Neon is a server of its own. */
  readonly isServerShared?: boolean | undefined;
  /** The migration tool, whose own words an advice uses. */
  readonly tool?: string | undefined;
  /** The partitioned tables. */
  readonly partitioned?: readonly Relation[] | undefined;
  /** All tables, for the partitions. */
  readonly relations?: readonly Relation[] | undefined;
  /** The tables that are there after the migrations, and all statements: a partition can be attached before its parent gets an index. */
  readonly later?: Later | undefined;
  /** The schema before the migrations. */
  readonly schema?: AdvisedSchema | undefined;
  /** The tables before the migrations, with everything that belongs to their columns. */
  readonly tables?: readonly TableFacts[] | undefined;
}

/** The facts of a finding about a statement. */
export interface Subject {
  readonly migration?: string;
  readonly statement?: string;
  readonly perhaps?: readonly string[];
  readonly advice: string;
  readonly sql: readonly string[];
}

/** A statement as facts, with its advice. */
export function subjectOf(blamed: Blamed | undefined, shown: Shown): { readonly subject: Subject; readonly advice: Advice } {
  const { migration } = blamed?.statement ?? {};
  const names = blamed?.part.names ?? [];
  const parent = shown.partitioned?.find((relation) => mentions(names, relation));
  const part = blamed && { ...blamed.part, tokens: shownTokens(blamed.part, shown.literals) };
  const tokens = part?.tokens ?? [];
  const relations = relationsAt(blamed, shown.relations ?? [], shown.later);
  const statement = readAlterTable(tokens);
  const facts = statement && factsOf(statement.table, shown.tables ?? []);
  const known = knownFor(tokens, shown.schema, relations) ?? (facts && nothingKnown());
  const found = advise(part, shown.major, {
    tool: shown.tool,
    isPartitioned: parent !== undefined,
    hasPartitionedIndex: relations.some((relation) => relation.kind === "I" && mentions(names, relation)),
    partitions: parent && partitionsOf(parent, relations),
    known: known && { ...known, facts: statement?.actions.length === 1 ? facts : undefined },
    facts,
  });
  // The state before the migrations has other partitions.
  const advice = relations === (shown.relations ?? relations) ? found : { ...found, isRunnable: false };
  const sql = printed(advice, shown);
  const whole = printed(advice, { ...shown, literals: true });
  const hidesConstants = sql.some((each, at) => each !== whole[at]);
  const subject = {
    ...(migration === undefined ? {} : { migration }),
    ...(tokens.length === 0 ? {} : { statement: textOf(tokens, shown) }),
    ...(blamed?.perhaps === undefined ? {} : { perhaps: othersOf(blamed.perhaps, shown) }),
    advice: hidesConstants ? `${advice.text} ${CONSTANTS}` : advice.text,
    sql,
  };
  return { subject, advice };
}

const CONSTANTS = "Each ? in the SQL is a constant of the migration: --literals shows them.";

/** The statements of an advice as they are printed. */
function printed({ sql, bodies }: Advice, shown: Shown): readonly string[] {
  return sql.map((each) => {
    const body = bodies?.get(each);
    if (body !== undefined) return shown.literals ? each : body;
    return withBatchSize(textOf(tokensOf(each), shown, LONGEST_ADVICE));
  });
}

/** Statements that one finding names besides its own. */
const MOST_OTHERS = 3;

function othersOf(parts: readonly StatementPart[], shown: Shown): readonly string[] {
  const more = parts.length - MOST_OTHERS;
  const named = parts
    .slice(0, MOST_OTHERS)
    .map((part) => `${part.at === undefined ? "" : `line ${part.at.line}: `}${textOf(shownTokens(part, shown.literals), shown)}`);
  return more > 0 ? [...named, `${more} more`] : named;
}

/** A statement as reports show it. */
export function textOf(tokens: readonly Token[], { literals }: Shown, longest?: number): string {
  return literals ? withLiterals(tokens, longest) : withoutLiterals(tokens, longest);
}
