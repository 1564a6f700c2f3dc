import type { Token } from "./tokens.ts";

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

function folded({ kind, text }: Token): string {
  return kind === "word"
    ? text.toLowerCase()
    : text
        .replace(/^[uU]&/, "")
        .slice(1, -1)
        .replaceAll('""', '"');
}
