export interface SignatureArgument {
  readonly name: string | undefined;
  readonly mode: "in" | "out" | "inout" | "variadic";
  readonly type: string;
  readonly default: string | undefined;
}

/** One overload in a spec, such as `(p_id bigint, p_note text default null) returns boolean`. */
export interface Signature {
  readonly arguments: readonly SignatureArgument[];
  readonly returns: string | undefined;
}

const SEVERAL_WORDS = /^(double precision|character varying|char varying|bit varying|national char|timestamp|time|interval)\b/i;
const MODE = /^(in|out|inout|variadic)\s+(?=\S)/i;

/** Reads a signature. For an invalid one, returns the problem as a text. */
export function parseSignature(text: string): Signature | string {
  const trimmed = text.trim();
  if (!trimmed.startsWith("(")) return `a signature must start with "(", as in (bigint, text)`;
  const end = closing(trimmed);
  if (end === undefined) return `the signature has no closing parenthesis: add ")"`;
  const rest = trimmed.slice(end + 1).trim();
  const returns = /^returns\s+(\S.*)$/is.exec(rest)?.[1];
  if (rest !== "" && returns === undefined) {
    return `only "returns <type>" can follow the arguments, not ${JSON.stringify(rest)}: for other properties, use a mapping with "args"`;
  }
  const parts = splitArguments(trimmed.slice(1, end));
  if (parts.some((part) => part === "")) return `an argument is empty: write its type, or remove the comma`;
  return { arguments: parts.map(parseArgument), returns };
}

function parseArgument(text: string): SignatureArgument {
  const mode = MODE.exec(text);
  const withoutMode = mode === null ? text : text.slice(mode[0].length);
  const [declared = withoutMode, ...defaults] = withoutMode.split(/\s+default\s+|\s*:?=\s*/i);
  const initial = defaults.length === 0 ? undefined : withoutMode.slice(declared.length).replace(/^\s*(default\s|:?=)\s*/i, "");
  const named = /^("(?:[^"]|"")+"|[^\s"(.[]+)\s+(\S.*)$/s.exec(declared);
  const isNamed = named !== null && !SEVERAL_WORDS.test(declared) && !/^(array|\[)/i.test(named[2] ?? "");
  return {
    name: isNamed ? unquoted(named[1] ?? "") : undefined,
    mode: (mode?.[1]?.toLowerCase() ?? "in") as SignatureArgument["mode"],
    type: isNamed ? (named[2] ?? "") : declared,
    default: initial,
  };
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
}

/** The index of the parenthesis that closes the first one. Parentheses in quotes are ignored. */
function closing(text: string): number | undefined {
  let depth = 0;
  for (const { index, 0: token } of text.matchAll(/"[^"]*"|'[^']*'|[()]/g)) {
    if (token === "(") depth++;
    if (token === ")" && --depth === 0) return index;
  }
  return undefined;
}

/** Splits at the commas outside of quotes, parentheses and brackets. */
function splitArguments(text: string): string[] {
  if (text.trim() === "") return [];
  const parts = [""];
  let depth = 0;
  for (const [token] of text.matchAll(/"[^"]*"|'[^']*'|[^"']/gs)) {
    if (token === "(" || token === "[") depth++;
    if (token === ")" || token === "]") depth--;
    if (token === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += token;
  }
  return parts.map((part) => part.trim());
}
