import type { Token } from "../../postgres/sql/tokens.ts";

/** A name in a statement, as its parts: `app.orders` is `["app", "orders"]`. */
export type DottedName = readonly string[];

/** All names in a statement, keywords included: only names that exist are looked up in the result. Pure. */
export function namesIn(tokens: readonly Token[]): readonly DottedName[] {
  const names: string[][] = [];
  let open: string[] | undefined;
  for (const [at, token] of tokens.entries()) {
    const isName = token.kind === "word" || token.kind === "name";
    const isDot = token.kind === "symbol" && token.text === ".";
    if (isName && open !== undefined && tokens[at - 1]?.text === ".") open.push(folded(token));
    else if (isName) names.push((open = [folded(token)]));
    else if (!isDot) open = undefined;
  }
  return names;
}

/** Whether a statement names this relation, with or without its schema. */
export function mentions(names: readonly DottedName[], { schema, name }: { readonly schema: string; readonly name: string }): boolean {
  return names.some((parts) => parts.at(-1) === name && (parts.length === 1 || parts.at(-2) === schema));
}

/** Bytes of a name that Postgres keeps (PostgreSQL documentation, "Identifiers and Key Words"). */
const MOST_BYTES = 63;

/**
 * A name for a new object, from the names of others as they are written in a statement, without their schemas, and an ending. It is
 * quoted where it must be, and short enough that Postgres does not cut the ending off. Pure.
 */
export function derivedName(names: readonly string[], ending: string): string {
  let own = names.map(plainName).join("_");
  while (Buffer.byteLength(`${own}_${ending}`) > MOST_BYTES) own = Array.from(own).slice(0, -1).join("");
  // No keyword has such an ending.
  const name = `${own}_${ending}`;
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** The last part of a name, without its quotes: `Order Items` of `app."Order Items"`. Without quotes Postgres reads lower case. */
export function plainName(written: string): string {
  const inQuotes = /"((?:[^"]|"")*)"$/.exec(written)?.[1];
  return inQuotes?.replaceAll('""', '"') ?? written.slice(written.lastIndexOf(".") + 1).toLowerCase();
}

/** What is before the name of an object in its schema: `app.` of `app.orders`. Pure. */
export function schemaPart(name: string): string {
  return name.slice(0, name.length - (/(?:"(?:[^"]|"")*"|[^".]+)$/.exec(name)?.[0].length ?? 0));
}

/** The name of an object as it is written, without its schema: `orders` of `app.orders`. Pure. */
export function lastPart(name: string): string {
  return name.slice(schemaPart(name).length);
}

function folded({ kind, text }: Token): string {
  return kind === "word"
    ? text.toLowerCase()
    : text
        .replace(/^[uU]&/, "")
        .slice(1, -1)
        .replaceAll('""', '"');
}
