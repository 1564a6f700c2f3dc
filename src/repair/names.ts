import { path } from "../catalog/quote.ts";

/** The longest function whose names are read, in characters. A longer one is data more than code. */
const LONGEST = 1_000_000;

const NAME = String.raw`(?:"(?:[^"]|"")+"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`;

/** Names with or without a schema, and operators. */
const TOKENS = new RegExp(String.raw`${NAME}(?:\s*\.\s*${NAME})*|\.?[+\-*/<>=~!@#%^&|?]+`, "g");

const COMMENTS = /--[^\n]*|\/\*[\s\S]*?\*\//g;

/** The names in a text. Keywords and columns are among them: only those that name an object count afterwards. */
export interface Names {
  /** Such as `app.total`, quoted as in the catalog. */
  readonly qualified: readonly string[];
  /** Unquoted. Only from the body of a function. */
  readonly bare: readonly string[];
  /** The schema of the function, unquoted. */
  readonly schema: string | undefined;
}

/** A text that Postgres evaluates. Its unqualified names count only if it is the body of a function, which has a schema. */
export interface EvaluatedText {
  readonly text: string;
  readonly schema: string | undefined;
}

export function namesIn({ text, schema }: EvaluatedText): Names {
  const qualified = new Set<string>();
  const bare = new Set<string>();
  let last: readonly string[] = [];
  for (const [token] of text.slice(0, LONGEST).replaceAll(COMMENTS, " ").matchAll(TOKENS)) {
    if (/^\.?[+\-*/<>=~!@#%^&|?]/.test(token)) {
      // `operator(app.===)`
      if (token.startsWith(".")) qualified.add(`${path(...last)}${token}`);
      else bare.add(token);
      continue;
    }
    last = partsOf(token);
    const [first = "", second] = last;
    if (second === undefined) bare.add(first);
    else qualified.add(path(first, second));
  }
  return { qualified: [...qualified], bare: schema === undefined ? [] : [...bare], schema };
}

const NAMES = new RegExp(NAME, "g");

function partsOf(token: string): readonly string[] {
  // Most names have neither quotes nor a schema.
  if (!token.includes('"')) return token.toLowerCase().split(/\s*\.\s*/);
  return [...token.matchAll(NAMES)].map(([name]) => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase()));
}

/** The body in the complete statement of a function. That of `begin atomic` is parsed already, so its names are not looked up again. */
export function routineBody(definition: string): string {
  const at = definition.search(/\nAS (?:\$|')/);
  return at < 0 ? "" : definition.slice(at + 4);
}
