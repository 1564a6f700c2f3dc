import { advise } from "../advice/advise.ts";
import { type Advice, withBatchSize } from "../advice/advice.ts";
import { partitionsOf } from "../advice/partitioned-index.ts";
import type { Blamed } from "../measure/blame.ts";
import type { StatementPart } from "../measure/parts.ts";
import type { Relation } from "../observe/relations.ts";
import { readAlterTable } from "../sql/alter-table.ts";
import type { KnownNames } from "../advice/constraints.ts";
import { mentions, namesIn } from "../sql/names.ts";
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
  /** The columns of the tables, and the names of constraints and indexes, before the migrations. */
  readonly schema?: ShownSchema | undefined;
}

export interface ShownSchema {
  readonly tables: readonly { readonly schema: string; readonly name: string; readonly columns: readonly string[] }[];
  readonly taken: readonly string[];
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
  const tokens = blamed?.part.tokens ?? [];
  const advice = advise(blamed?.part, shown.major, {
    tool: shown.tool,
    isPartitioned: parent !== undefined,
    partitions: parent && partitionsOf(parent, shown.relations ?? []),
    known: namesFor(tokens, shown.schema),
  });
  const subject = {
    ...(migration === undefined ? {} : { migration }),
    ...(tokens.length === 0 ? {} : { statement: textOf(tokens, shown) }),
    ...(blamed?.perhaps === undefined ? {} : { perhaps: othersOf(blamed.perhaps, shown) }),
    advice: hidesConstants(advice.sql, shown) ? `${advice.text} ${CONSTANTS}` : advice.text,
    sql: advice.sql.map((sql) => {
      const body = advice.bodies?.get(sql);
      if (body !== undefined) return shown.literals ? sql : body;
      return withBatchSize(textOf(tokensOf(sql), shown, LONGEST_ADVICE));
    }),
  };
  return { subject, advice };
}

const CONSTANTS = "Each ? in the SQL is a constant of the migration: --literals shows them.";

function hidesConstants(sql: readonly string[], shown: Shown): boolean {
  return !shown.literals && sql.some((each) => textOf(tokensOf(each), shown) !== textOf(tokensOf(each), { ...shown, literals: true }));
}

function namesFor(tokens: readonly Token[], schema: ShownSchema | undefined): KnownNames | undefined {
  if (schema === undefined) return undefined;
  const names = namesIn(tokensOf(readAlterTable(tokens)?.table ?? ""));
  const table = schema.tables.find((each) => mentions(names, each));
  return { taken: new Set(schema.taken), columns: table && new Set(table.columns) };
}

/** Statements that one finding names besides its own. */
const MOST_OTHERS = 3;

function othersOf(parts: readonly StatementPart[], shown: Shown): readonly string[] {
  const more = parts.length - MOST_OTHERS;
  const named = parts
    .slice(0, MOST_OTHERS)
    .map(({ tokens, at }) => `${at === undefined ? "" : `line ${at.line}: `}${textOf(tokens, shown)}`);
  return more > 0 ? [...named, `${more} more`] : named;
}

/** A statement as reports show it. */
export function textOf(tokens: readonly Token[], { literals }: Shown, longest?: number): string {
  return literals ? withLiterals(tokens, longest) : withoutLiterals(tokens, longest);
}
