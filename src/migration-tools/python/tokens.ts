/** A word of a Python file. `string`: its value. `opaque`: a string that the file computes (`f"…"`) or a number. */
export interface Token {
  readonly kind: "name" | "string" | "opaque" | "operator";
  readonly text: string;
}

/** One statement. A line with `;` has several. */
export interface Statement {
  /** Width of the indentation of its line. */
  readonly indent: number;
  readonly tokens: readonly Token[];
}

// Source: Python's documentation, "Lexical analysis". A tab moves the indentation to the next multiple of eight.
const TOKEN =
  /(?<space>[ \t\f\r]+|\\\r?\n)|(?<comment>#[^\n]*)|(?<newline>\n)|(?<prefix>[A-Za-z]{0,2})(?<quote>"""|'''|"|')|(?<name>[\p{L}_][\p{L}\p{N}_]*)|(?<number>\d[\w.]*)|(?<operator>[-+*/%@&|^<>=!:]=|->|\*\*|\/\/|[^])/uy;

/** The statements of a Python file, in their order. */
export function statementsOf(text: string): readonly Statement[] {
  const statements: Statement[] = [];
  let tokens: Token[] = [];
  let indent = indentAt(text, 0);
  let depth = 0;
  const end = (): void => {
    if (tokens.length > 0) statements.push({ indent, tokens });
    tokens = [];
  };
  TOKEN.lastIndex = 0;
  for (let match; (match = TOKEN.exec(text)) !== null;) {
    const groups = match.groups ?? {};
    if (groups["newline"] !== undefined) {
      if (depth > 0) continue;
      end();
      indent = indentAt(text, TOKEN.lastIndex);
      continue;
    }
    const token = groups["quote"] === undefined ? wordOf(groups) : stringAt(text, TOKEN, groups["quote"], groups["prefix"] ?? "");
    if (token === undefined) continue;
    if (token.kind === "operator") {
      if ("([{".includes(token.text)) depth += 1;
      else if (")]}".includes(token.text)) depth = Math.max(0, depth - 1);
      else if (token.text === ";" && depth === 0) {
        end();
        continue;
      }
    }
    tokens.push(token);
  }
  end();
  return statements;
}

function wordOf({ name, number, operator }: Readonly<Record<string, string | undefined>>): Token | undefined {
  if (name !== undefined) return { kind: "name", text: name };
  if (number !== undefined) return { kind: "opaque", text: number };
  return operator === undefined ? undefined : { kind: "operator", text: operator };
}

/** The string whose opening quote ends at `reader.lastIndex`, which is moved behind it. A string can have megabytes. */
function stringAt(text: string, reader: RegExp, quote: string, prefix: string): Token {
  const start = reader.lastIndex;
  let end = start;
  while (end < text.length && !text.startsWith(quote, end) && (quote.length === 3 || text[end] !== "\n")) end += text[end] === "\\" ? 2 : 1;
  end = Math.min(end, text.length);
  reader.lastIndex = Math.min(end + quote.length, text.length);
  const body = text.slice(start, end);
  if (/[fFtT]/.test(prefix)) return { kind: "opaque", text: body };
  return { kind: "string", text: /[rR]/.test(prefix) ? body : unescape(body) };
}

/** The escapes that occur in names. Others are kept as they are written. */
function unescape(body: string): string {
  return body.replace(/\\(\r?\n|["'\\])/g, (_all, escaped: string) => (escaped.endsWith("\n") ? "" : escaped));
}

function indentAt(text: string, start: number): number {
  let width = 0;
  for (let at = start; text[at] === " " || text[at] === "\t"; at += 1)
    width = text[at] === " " ? width + 1 : (Math.floor(width / 8) + 1) * 8;
  return width;
}
