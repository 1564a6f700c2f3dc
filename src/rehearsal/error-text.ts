import { describeServerError, publicMessage, RAISED, type ServerError } from "../postgres/server-error.ts";
import type { IsKnownName } from "./sql/known-names.ts";

/** An error that can have values of rows where it has the names of objects: `select value::regclass` makes such a name of a value. */
const HIDDEN = "…";

/** Words that messages of the server have between two names. */
const BETWEEN: ReadonlySet<string> = new Set(
  (
    "of in on for to from by with and or the table relation column constraint schema type index view function trigger policy rule " +
    "sequence partition foreign key unique check not-null exclusion access method data default cast encoding violates contains " +
    "conflicts references referenced inherited is a an does not exist already exists be cannot automatically because depends " +
    "depend other objects it parent child row update delete insert value values unlogged logged temporary permanent owned owner " +
    "member used part identity generated primary inherits same different was has have must matches row-level security replica " +
    "statement aggregate procedure domain enum label language operator class family extension server role database publication " +
    "subscription partitioned inheritance concurrently first both before after only its this that as"
  ).split(" "),
);
const QUOTED = /["»«„“]([^"»«„“”\n]*)["»«”“]/gu;
const QUOTE = /["»«„“”]/u;
/** What comes before a name without quotes: `column o.total does not exist`, `function f(integer) does not exist`. */
const UNQUOTED =
  /^(column|function|procedure|aggregate|routine|operator class|operator) (?!["»«„“…]|with |family )(.+) (does not exist|is not unique|already exists|is ambiguous|must return type)/;
/** Reasons of the operating system, after a colon. */
const REASON = /^(?:[A-Z][a-z]+(?: [a-z-]+){0,6})$/;

/** The error in one line, with no name that only a row can have given. With `literals`, also what code in the database wrote. */
export function errorText(error: ServerError, isKnown: IsKnownName, literals = false): string {
  if (literals) return describeServerError({ ...error, message: publicMessage(error.message) });
  const message = error.isRaised === true ? `${RAISED}; --literals shows it` : withKnownNames(error.message, isKnown);
  const [kind = "", ...names] = error.object?.split(" ") ?? [];
  const object = error.object !== undefined && isKnown(names.join(" ")) ? `${kind} ${names.join(" ")}` : undefined;
  return describeServerError({ ...error, message, object });
}

/** The public message of the server, with `…` in place of each name that is not known. Pure. */
export function withKnownNames(message: string, isKnown: IsKnownName): string {
  return plainWords(withKnownQuoted(publicMessage(message), isKnown), isKnown);
}

/** A value can contain quotes. So everything from the first to the last quote is hidden unless each part of it is known. */
function withKnownQuoted(line: string, isKnown: IsKnownName): string {
  const found = [...line.matchAll(QUOTED)];
  const ends = found.map((each) => each.index + each[0].length);
  const isWhole = !QUOTE.test(line.replace(QUOTED, "")) && found.slice(1).every(({ index }, at) => isBetween(line.slice(ends[at], index)));
  if (isWhole)
    return line.replace(QUOTED, (all, name: string) => (isKnown(name) || name === HIDDEN || isSymbol(name) ? all : `"${HIDDEN}"`));
  const first = line.search(QUOTE);
  const quotes = [...line.matchAll(/["»«„“”]/gu)];
  const last = quotes.length % 2 === 1 ? line.length : (quotes.at(-1)?.index ?? 0) + 1;
  return `${line.slice(0, first)}"${HIDDEN}"${line.slice(last)}`;
}

function isBetween(text: string): boolean {
  return /^(?: [^ ]+)* ?$/.test(text) && text.split(" ").every((word) => word === "" || BETWEEN.has(word));
}

/** `syntax error at or near ")"`. */
function isSymbol(text: string): boolean {
  return /^[^\p{L}\p{N}\s]{1,8}$/u.test(text);
}

/** What is outside of quotes: names with a dot, a digit, an underscore or arguments, and what comes after a colon, can be values too. */
function plainWords(line: string, isKnown: IsKnownName): string {
  const ownKind = line.replace(UNQUOTED, (all, kind: string, name: string, end: string) =>
    allKnown(name, isKnown) ? all : `${kind} ${HIDDEN} ${end}`,
  );
  const colon = ownKind.lastIndexOf(": ");
  const tail = colon < 0 ? "" : ownKind.slice(colon + 2);
  const isSafe = colon < 0 || /^["'»„]…/u.test(tail) || tail === HIDDEN || REASON.test(tail) || allKnown(tail, isKnown);
  return (isSafe ? ownKind : `${ownKind.slice(0, colon)}: ${HIDDEN}`)
    .replace(/\b(value|values) -?\d[\d.,:-]*/gi, `$1 ${HIDDEN}`)
    .split(/("[^"]*"| )/)
    .map((word) => (word.startsWith('"') || !isOdd(word) || allKnown(word, isKnown) ? word : HIDDEN))
    .join("");
}

/** Not a word of a sentence, a keyword in capitals, or the length of a type. */
function isOdd(word: string): boolean {
  return !/^\(?(?:[\p{L}][\p{Ll}'’-]*|\p{Lu}+|[a-z]*\(\d+(?:,\d+)?\)|\d+|…|["'«»„“”…]*)[).,;:]*$/u.test(word);
}

function allKnown(text: string, isKnown: IsKnownName): boolean {
  const names = text.match(/[\p{L}\p{N}_$]+/gu) ?? [];
  return isKnown(text) || names.every((name) => isKnown(name));
}
