import type { Place } from "../../findings/finding.ts";
import { ONLY_OURS } from "../../postgres/only-ours.ts";
import type { SentStatement } from "../observe/recording.ts";
import { kindOf, type StatementKind } from "../sql/kinds.ts";
import type { MigrationFiles } from "../sql/migration-files.ts";
import { type DottedName, namesIn } from "../sql/names.ts";
import type { IsKnownName } from "../sql/known-names.ts";
import { statementsIn } from "../../postgres/sql/split.ts";
import type { Token } from "../../postgres/sql/tokens.ts";
import { withoutTornValues } from "./torn.ts";

/** One statement of an SQL text that the command sent. */
export interface StatementPart {
  readonly tokens: readonly Token[];
  readonly kind: StatementKind;
  readonly names: readonly DottedName[];
  readonly at: Place | undefined;
  /** What can be shown of it without literals, where this is not all of its tokens. */
  readonly shown?: readonly Token[] | undefined;
}

/** The statements of a message. Never empty. */
export type PartsOf = (sent: SentStatement) => readonly StatementPart[];

/** What cannot be read: a message without a statement, or the part of a long one that was not kept. */
export const UNREAD_PART: StatementPart = { tokens: [], kind: "other", names: [], at: undefined };

/** An INSERT can have a token for each of a million values, and only its start is shown. */
const MOST_TOKENS_OF_INSERT = 500;

/** The error of `CREATE INDEX CONCURRENTLY` and similar statements in a transaction. */
const NOT_IN_TRANSACTION = "25001";

/** Reads the statements of each message once. Pure for the caller. */
export function readParts(files: MigrationFiles, isKnown: IsKnownName = () => false): PartsOf {
  const known = new WeakMap<SentStatement, readonly StatementPart[]>();
  const placeOf = inOrder(files);
  return (sent) => {
    const parts = known.get(sent) ?? withoutTornValues(partsIn(sent.sql, placeOf), sent, isKnown);
    known.set(sent, parts);
    return parts;
  };
}

/** The place of a statement: of several in one file, the first one when it is sent for the first time, and so on. */
function inOrder(files: MigrationFiles): (tokens: readonly Token[]) => Place | undefined {
  const sent = new WeakMap<readonly Place[], number>();
  return (tokens) => {
    const places = files.placesOf(tokens);
    if (places.some(({ file }) => file !== places[0]?.file)) return undefined;
    const before = sent.get(places) ?? 0;
    sent.set(places, before + 1);
    return places[before % places.length];
  };
}

function partsIn(sql: string, placeOf: (tokens: readonly Token[]) => Place | undefined): readonly StatementPart[] {
  const parts = statementsIn(sql).map(({ tokens }): StatementPart => {
    const kind = kindOf(tokens);
    const kept = kind === "insert" ? tokens.slice(0, MOST_TOKENS_OF_INSERT) : tokens;
    return { tokens: kept, kind, names: namesIn(tokens), at: placeOf(tokens) };
  });
  return parts.length > 0 ? parts : [UNREAD_PART];
}

/** The kinds of statements that change nothing. */
export function isQuiet({ kind }: StatementPart): boolean {
  return ["transaction", "set", "read"].includes(kind);
}

/**
 * The statements of a message that the migration itself has: without those that begin and end transactions, and without those
 * with which the tool keeps its version table (`records`). Pure.
 */
export function ownParts(parts: readonly StatementPart[], records: string | undefined): readonly StatementPart[] {
  return parts.filter((part) => part.kind !== "transaction" && !isOfTool(part, records));
}

function isOfTool({ tokens, kind, names }: StatementPart, records: string | undefined): boolean {
  const words = tokens.slice(0, 3).map(({ text }) => text.toLowerCase());
  if (kind === "set") return words[0] === "reset" && ["role", "session"].includes(words[1] ?? "");
  if (records === undefined) return false;
  // Plain SQL: offshoot closes its own tables to other roles in the same message.
  if (tokens.at(-1)?.text === ONLY_OURS) return true;
  const [table = "", schema] = records.toLowerCase().replaceAll('"', "").split(".").toReversed();
  if (words.join(" ") === "create schema if") return names.some((each) => each.at(-1) === schema);
  const isTable = (each: DottedName): boolean =>
    each.at(-1)?.toLowerCase() === table && (each.length === 1 || schema === undefined || each.at(-2)?.toLowerCase() === schema);
  return (["insert", "update", "delete"].includes(kind) || words[0] === "create") && names.some(isTable);
}

/** How many statements of the migration the server ran. Pure. */
export function countOf(sent: SentStatement, parts: readonly StatementPart[], records: string | undefined, isLast = false): number {
  const { tags, sqlstate, mark, isCut } = sent;
  // The tool sends it again, without a transaction. `isLast`: it did not.
  if (sqlstate === NOT_IN_TRANSACTION && !isLast) return 0;
  if (isCut !== true) return ownParts(sqlstate === undefined ? parts : parts.slice(0, tags.length + 1), records).length;
  // The server answers each statement that succeeded with one tag.
  const counted = tags.filter((tag) => !/^(BEGIN|START TRANSACTION|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|RESET)\b/.test(tag)).length;
  return Math.max(1, counted + (sqlstate === undefined ? 0 : 1) - (mark === undefined || sqlstate !== undefined ? 0 : 1));
}
