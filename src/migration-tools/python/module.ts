import { type Statement, statementsOf, type Token } from "./tokens.ts";
import { added, type Scope, type Value, valueOf } from "./values.ts";

/** A class in a Python file. */
export interface PythonClass {
  readonly name: string;
  /** The source of its bases, such as `AppConfig` or `apps.AppConfig`. */
  readonly bases: readonly string[];
  readonly values: Scope;
}

/** What a Python file assigns at its top level. Values that are assigned in a branch of an `if` are unknown. */
export interface PythonModule {
  readonly values: Scope;
  readonly classes: readonly PythonClass[];
}

/** `from MODULE import NAME as OTHER`. `name` is `*` for all names. */
export interface Import {
  readonly module: string;
  readonly name: string;
  readonly as: string;
}

interface Block {
  readonly indent: number;
  readonly kind: "class" | "branch" | "function";
  readonly values: Map<string, Value>;
}

/** Reads a Python file without running it. `imported`: values of other files that it imports. */
export function readModule(text: string, imported: Scope = new Map()): PythonModule {
  const values = new Map(imported);
  const classes: PythonClass[] = [];
  const blocks: Block[] = [];
  for (const statement of statementsOf(text)) {
    while ((blocks.at(-1)?.indent ?? -1) >= statement.indent) blocks.pop();
    if (blocks.some(({ kind }) => kind === "function")) continue;
    const scope = blocks.at(-1)?.values ?? values;
    const opened = blockOf(statement, scope);
    if (opened === undefined) {
      assign(
        statement.tokens,
        scope,
        values,
        blocks.some(({ kind }) => kind === "branch"),
      );
      continue;
    }
    blocks.push(opened.block);
    if (opened.block.kind === "class") classes.push({ ...classHead(statement.tokens), values: opened.block.values });
    if (opened.block.kind !== "function") assign(opened.body, opened.block.values, values, opened.block.kind === "branch");
  }
  return { values, classes };
}

const BRANCHES: ReadonlySet<string> = new Set(["if", "elif", "else", "try", "except", "finally", "with", "for", "while"]);

/** The block that a statement begins, and the statement after its colon on the same line. */
function blockOf({ indent, tokens }: Statement, scope: Map<string, Value>): { block: Block; body: readonly Token[] } | undefined {
  const [first, second] = tokens;
  if (first?.kind !== "name" || isAssignmentOperator(second)) return undefined;
  const kind = first.text === "class" ? "class" : BRANCHES.has(first.text) ? "branch" : undefined;
  if (kind === undefined)
    return ["def", "async"].includes(first.text) ? { block: { indent, kind: "function", values: scope }, body: [] } : undefined;
  const colon = find(tokens, ":");
  return { block: { indent, kind, values: kind === "class" ? new Map() : scope }, body: colon === -1 ? [] : tokens.slice(colon + 1) };
}

function classHead(tokens: readonly Token[]): Pick<PythonClass, "name" | "bases"> {
  const head = tokens.slice(3, find(tokens, ":") - 1).map(({ text }) => text);
  return { name: tokens[1]?.text ?? "", bases: head.join("").split(",").filter(Boolean) };
}

/** `a = b = 1`, `a: str = 1`, `a, b = 1, 2`, `a += 1`, `a.append(1)` and `a.extend([1])`. */
function assign(tokens: readonly Token[], into: Map<string, Value>, module: Scope, isBranch: boolean): void {
  const scope: Scope = into === module ? into : new Map([...module, ...into]);
  const set = (name: string, value: Value): void => {
    // Which branch runs is not known, so a second value leaves the name unknown.
    into.set(name, isBranch && into.has(name) ? { kind: "unknown", text: name } : value);
  };
  const plus = find(tokens, "+=");
  const [name, dot, method, open] = tokens;
  if (plus === 1 && name !== undefined) add(name.text, valueOf(tokens.slice(2), scope), into, isBranch);
  else if (name?.kind === "name" && dot?.text === "." && open?.text === "(" && into.has(name.text)) {
    const argument = valueOf(tokens.slice(4, -1), scope);
    const isKnown = method?.text === "append" || method?.text === "extend";
    add(name.text, method?.text === "append" ? { kind: "list", items: [argument] } : argument, into, isBranch || !isKnown);
  } else {
    const parts = split(tokens, "=");
    const source = parts.at(-1);
    if (parts.length < 2 || source === undefined) return;
    const value = valueOf(source, scope);
    for (const target of parts.slice(0, -1)) setTarget(target, value, set);
  }
}

function setTarget(target: readonly Token[], value: Value, set: (name: string, value: Value) => void): void {
  const colon = find(target, ":");
  const names = split(
    (colon === -1 ? target : target.slice(0, colon)).filter(({ text }) => !["(", ")", "[", "]"].includes(text)),
    ",",
  );
  if (names.length === 1) {
    const [only, more] = names[0] ?? [];
    if (only?.kind === "name" && more === undefined) set(only.text, value);
    return;
  }
  for (const [at, [name]] of names.entries()) {
    const item = value.kind === "list" ? value.items[at] : undefined;
    if (name?.kind === "name") set(name.text, item ?? { kind: "unknown", text: name.text });
  }
}

/** In a branch, an addition happens only sometimes: the items are unknown. */
function add(name: string, value: Value, into: Map<string, Value>, isBranch: boolean): void {
  const addition: Value = isBranch ? { kind: "unknown", text: name } : value;
  into.set(name, added(into.get(name) ?? { kind: "unknown", text: name }, addition) ?? { kind: "unknown", text: name });
}

/** The imports from other files, in their order. `import a.b` gives no names. */
export function importsOf(text: string): readonly Import[] {
  return statementsOf(text).flatMap(({ tokens }) => {
    const at = tokens.findIndex(({ text: word }) => word === "import");
    if (!/^from$/.test(tokens[0]?.text ?? "") || at < 1) return [];
    const names = split(
      tokens.slice(at + 1).filter(({ text: word }) => word !== "(" && word !== ")"),
      ",",
    );
    return names
      .filter((name) => name.length > 0)
      .map((name) => ({ module: sourceOf(tokens.slice(1, at)), name: name[0]?.text ?? "", as: name.at(-1)?.text ?? "" }));
  });
}

function sourceOf(tokens: readonly Token[]): string {
  return tokens.map(({ text }) => text).join("");
}

/** The place of an operator outside of all brackets, or -1. */
function find(tokens: readonly Token[], operator: string): number {
  let depth = 0;
  return tokens.findIndex(({ kind, text }) => {
    if (kind !== "operator") return false;
    if (depth === 0 && text === operator) return true;
    if ("([{".includes(text)) depth += 1;
    if (")]}".includes(text)) depth -= 1;
    return false;
  });
}

function split(tokens: readonly Token[], operator: string): readonly (readonly Token[])[] {
  const at = find(tokens, operator);
  return at === -1 ? [tokens] : [tokens.slice(0, at), ...split(tokens.slice(at + 1), operator)];
}

function isAssignmentOperator(token: Token | undefined): boolean {
  return token?.kind === "operator" && (token.text === "=" || token.text === "+=");
}
