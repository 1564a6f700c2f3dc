import { identifier } from "../postgres/identifier.ts";
import type { SchemaChange } from "../drift/diff/schema-change.ts";
import { inWords } from "../drift/diff/words.ts";
import { changesSchema } from "./sql/kinds.ts";
import { type IsKnownName, knownNames, namesOfStatement } from "./sql/known-names.ts";
import type { ReadStatement } from "./measure/statements.ts";
import { shownTokens } from "./measure/torn.ts";

/** A name or a constant that only code in the database can have made, perhaps of the value of a row. */
const HIDDEN = "…";
const WORD = /[\p{L}\p{N}_$]+/gu;
/** A quoted name or constant, or a word. */
const PIECE = /"(?:[^"]|"")*"|'(?:[^']|'')*'|[\p{L}\p{N}_$]+/gu;
const QUOTED = /"((?:[^"]|"")+)"/g;
/** Words that are joined by signs such as `-` and `@`, and neither by a dot nor as a type is with its value. */
const JOINED = /[…\p{L}\p{N}_$]+(?:[^\s…\p{L}\p{N}_$"'(),.:]+[…\p{L}\p{N}_$]+)+/gu;
/** Words with which a change is described, and numbers that Postgres sets itself. */
const DESCRIBING =
  "instead rights that postgres gives by default every changed added removed accepts any more now does accept expr 0 1 9223372036854775807 2147483647 32767";

/** What is known of the migrations, besides the database before them. */
export interface ShownNames {
  /** The texts of the migration files. */
  readonly files: readonly string[];
  readonly statements: readonly ReadStatement[];
  /** The schema before the migrations. */
  readonly before: object;
  /** Names that belong to Postgres and its extensions. */
  readonly given: readonly string[];
  /** Whether the statements are known: else, a tool can have joined names of its files. */
  readonly throughBroker: boolean;
}

/** The role that runs the migrations in a copy, and the one that it replaces. */
export interface RoleInCopy {
  /** A name that offshoot made, without characters that need quotes. */
  readonly own: string;
  readonly original: string;
}

/**
 * The changes of a schema without names and constants that are neither of the database before, nor of a migration file, nor of a statement:
 * dynamic SQL can make them of the values of rows. Pure.
 */
export function withoutMadeNames(changes: readonly SchemaChange[], names: ShownNames): readonly SchemaChange[] {
  const texts = [...names.files, ...names.statements.flatMap(textsOf)].join("\n").toLowerCase();
  const existing = textsIn(names.before);
  const known = new Set([DESCRIBING, texts, ...existing, ...names.given].flatMap((text) => text.toLowerCase().match(WORD) ?? []));
  // A name with other characters than those of words is known only as a whole.
  for (const text of existing) {
    known.add(text.toLowerCase());
    for (const [, name = ""] of text.matchAll(QUOTED)) known.add(name.replaceAll('""', '"').toLowerCase());
  }
  for (const { parts } of names.statements)
    for (const part of parts) for (const name of namesOfStatement(shownTokens(part, false))) known.add(name.toLowerCase());
  const isName = knownNames(known);
  const isKnown: IsKnownName = (text) =>
    isName(text) || isNumberIn(text, known) || (!names.throughBroker && text.split("_").every((piece) => known.has(piece.toLowerCase())));
  const show = (text: string): string => hidden(text, isKnown, texts);
  return changes.map((change) => (change.change === "removed" ? change : shownChange(change, show)));
}

/** The changes with the role of production in place of the role that a copy has for it: `current_user` is replaced when it is stored. Pure. */
export function withRole(changes: readonly SchemaChange[], { own, original }: RoleInCopy): readonly SchemaChange[] {
  const name = /^[a-z_][a-z0-9_]*$/.test(original) ? original : identifier(original);
  const show = <T extends string | undefined>(text: T): T => text?.replaceAll(own, name) as T;
  return changes.map((change) => ({
    ...change,
    object: show(change.object),
    detail: show(change.detail),
    properties: change.properties.map((each) => ({ ...each, before: show(each.before), after: show(each.after) })),
  }));
}

/** All texts in a value, also the names of its fields. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [String(value)];
  return Object.entries(value).flatMap(([key, each]) => [...(Array.isArray(value) ? [] : [key]), ...textsIn(each)]);
}

/** What existed before is shown. */
function shownChange(change: SchemaChange, show: (text: string) => string): SchemaChange {
  if (change.change === "added") return { ...change, object: show(change.object), detail: show(change.detail) };
  const properties = change.properties.map((each) => {
    const isHash = each.property === "body";
    return each.after === undefined || isHash ? each : { ...each, after: show(each.after) };
  });
  const shown = { ...change, properties };
  const detail = inWords(shown)
    .parts.map((part) => ("sql" in part ? part.sql : part.words))
    .join("");
  return { ...shown, detail };
}

/** Of a statement that changes rows, the names only: its constants can be values that a tool read before. */
function textsOf({ parts, sent }: ReadStatement): readonly string[] {
  if (parts.some(({ shown }) => shown !== undefined)) return [];
  return parts.every(({ kind }) => changesSchema(kind) || kind === "transaction" || kind === "set") ? [sent.sql] : [];
}

function hidden(text: string, isKnown: IsKnownName, texts: string): string {
  const shown = text.replace(PIECE, (piece) => {
    const quote = piece[0] ?? "";
    if (quote !== '"' && quote !== "'") return isKnown(piece) ? piece : HIDDEN;
    const inside = piece.slice(1, -1).replaceAll(quote + quote, quote);
    return inside === "" || isKnown(inside) || isWithin(texts, inside) ? piece : quote + HIDDEN + quote;
  });
  // The parts of one value without quotes, such as of an address: one that is hidden hides those beside it.
  const joined = shown.replace(JOINED, (value) => (value.includes(HIDDEN) ? HIDDEN : value));
  return joined.replace(/…(?:[^\s\p{L}\p{N}"'(),]*…)+/gu, HIDDEN);
}

/** Whether a constant is in one of the texts as it is: Postgres writes a day with its midnight. */
function isWithin(texts: string, constant: string): boolean {
  const wanted = constant.toLowerCase().replace(/ 00:00:00(?:\+00)?$/, "");
  for (let at = texts.indexOf(wanted); at >= 0; at = texts.indexOf(wanted, at + 1)) {
    const [before = "", after = ""] = [texts[at - 1], texts[at + wanted.length]];
    if (!/[\p{L}\p{N}_]/u.test(before) && !/[\p{L}\p{N}_]/u.test(after)) return true;
  }
  return false;
}

/** `5.50` of the text is `5.5` for Postgres in some types. */
function isNumberIn(text: string, known: ReadonlySet<string>): boolean {
  return /^\d+$/.test(text) && known.has(text.replace(/^0+(?=\d)/, ""));
}
