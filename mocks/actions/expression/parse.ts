/** A parsed expression (GitHub, "Evaluate expressions in workflows and actions"). */
export type Expression =
  | { readonly kind: "literal"; readonly value: null | boolean | number | string }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] }
  /** `.name`, `[index]`, or `.*` where `key` is missing. */
  | { readonly kind: "property"; readonly of: Expression; readonly key: Expression | undefined }
  | { readonly kind: "not"; readonly of: Expression }
  | { readonly kind: "binary"; readonly operator: string; readonly left: Expression; readonly right: Expression };

const TOKEN =
  /\s*(?:('(?:[^']|'')*')|(-?(?:0x[\da-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?))(?![\w-])|([a-z_][\w-]*)|(&&|\|\||[!=<>]=|[!<>()[\].,*]))/giy;

const INNER = String.raw`\$\{\{((?:'[^']*'|(?!\}\})[^'])*)\}\}`;

/** Each `${{ … }}` in a text. A quoted `}}` does not end it. */
export const EXPRESSIONS = new RegExp(INNER, "g");

/** A text that is a single `${{ … }}`. */
export const WHOLE = new RegExp(`^${INNER}$`);

/** Binary operators, from the lowest to the highest precedence. */
const LEVELS = [["||"], ["&&"], ["==", "!="], ["<", "<=", ">", ">="]];

/** Parses the inside of a `${{ … }}`. Throws when GitHub would refuse the workflow. */
export function parseExpression(text: string): Expression {
  const tokens = tokensOf(text);
  let at = 0;
  const broken = (): Error => new Error(`The expression "${text}" is wrong ${at < tokens.length ? `at "${tokens[at]}"` : "at its end"}.`);
  const take = (token: string): boolean => {
    if (tokens[at] !== token) return false;
    at += 1;
    return true;
  };
  const need = (token: string): void => {
    if (!take(token)) throw broken();
  };
  const binary = (level: number): Expression => {
    const operators = LEVELS[level];
    if (operators === undefined) return unary();
    let left = binary(level + 1);
    for (let operator = tokens[at]; operator !== undefined && operators.includes(operator); operator = tokens[at]) {
      at += 1;
      left = { kind: "binary", operator, left, right: binary(level + 1) };
    }
    return left;
  };
  const unary = (): Expression => (take("!") ? { kind: "not", of: unary() } : properties(primary()));
  const primary = (): Expression => {
    const token = tokens[at];
    at += 1;
    if (token === "(") {
      const inner = binary(0);
      need(")");
      return inner;
    }
    if (token === undefined) throw broken();
    if (token.startsWith("'")) return { kind: "literal", value: token.slice(1, -1).replaceAll("''", "'") };
    if (/^-?\d/.test(token)) return { kind: "literal", value: Number(token) };
    if (/^(true|false|null)$/.test(token)) return { kind: "literal", value: JSON.parse(token) as boolean | null };
    if (!/^[a-z_]/i.test(token)) {
      at -= 1;
      throw broken();
    }
    return take("(") ? { kind: "call", name: token.toLowerCase(), args: argumentsOf() } : { kind: "name", name: token.toLowerCase() };
  };
  const argumentsOf = (): readonly Expression[] => {
    const args: Expression[] = [];
    while (!take(")")) {
      if (args.length > 0) need(",");
      args.push(binary(0));
    }
    return args;
  };
  const properties = (start: Expression): Expression => {
    let of = start;
    for (;;) {
      if (take("[")) {
        of = { kind: "property", of, key: binary(0) };
        need("]");
      } else if (take(".")) {
        const name = tokens[at];
        if (name === undefined || !/^([a-z_]|\*$)/i.test(name)) throw broken();
        at += 1;
        of = { kind: "property", of, key: name === "*" ? undefined : { kind: "literal", value: name } };
      } else return of;
    }
  };
  const whole = binary(0);
  if (at < tokens.length) throw broken();
  return whole;
}

function tokensOf(text: string): readonly string[] {
  const tokens: string[] = [];
  const pattern = new RegExp(TOKEN);
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const from = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match === null) throw new Error(`The expression "${text}" is wrong at "${text.slice(from).trim()}".`);
    tokens.push(match[0].trim());
  }
  return tokens;
}
