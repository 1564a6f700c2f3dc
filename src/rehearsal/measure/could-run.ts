import type { Relation } from "../observe/relations.ts";
import { mentions, namesIn } from "../sql/names.ts";
import { calls, runsCode } from "../sql/runs-code.ts";
import type { StatementPart } from "./parts.ts";

/** Whether a statement runs code that its text does not show, which can take any lock. */
export type RunsCode = (part: StatementPart) => boolean;

const CHANGING: ReadonlySet<string> = new Set(["update", "delete", "insert", "merge", "copy", "truncate"]);
const CREATE = /^create (?:or replace )?(?:function|procedure)$/;

/**
 * Recognises the statements that run code: DO, CALL, EXECUTE, those that call a function of the database or one that the command created, and
 * those that change a table with triggers. `functions`: those of the database; undefined: they are not known. Pure.
 */
export function couldRun(
  functions: ReadonlySet<string> | undefined,
  relations: Iterable<Relation>,
  all: Iterable<StatementPart>,
): RunsCode {
  if (functions === undefined) return ({ tokens }) => runsCode(tokens);
  const own = new Set(functions);
  for (const part of all) {
    const name = functionCreatedBy(part);
    if (name !== undefined) own.add(name);
  }
  const withTriggers = [...relations].filter(({ hasTriggers }) => hasTriggers === true);
  return ({ tokens, kind, names }) =>
    ["do", "call", "execute"].includes(tokens[0]?.text.toLowerCase() ?? "") ||
    (!isDefinition(tokens[0]?.text, tokens[1]?.text) && calls(tokens, own)) ||
    (CHANGING.has(kind) && withTriggers.some((relation) => mentions(names, relation)));
}

/** Whether the database had a function, or the command created one. A default, a view, an index or an event trigger can call it. Pure. */
export function hasFunctions(functions: ReadonlySet<string> | undefined, all: readonly StatementPart[]): boolean {
  return functions === undefined || functions.size > 0 || all.some((part) => functionCreatedBy(part) !== undefined);
}

function functionCreatedBy({ tokens }: StatementPart): string | undefined {
  const words = tokens.slice(0, 4).map(({ text }) => text.toLowerCase());
  const at = words.findIndex((word) => word === "function" || word === "procedure");
  return at < 0 || !CREATE.test(words.slice(0, at + 1).join(" ")) ? undefined : namesIn(tokens.slice(at + 1))[0]?.at(-1);
}

/** `create function f()`, `grant execute on function f()`, `drop function f()`: they name functions, and call none. */
function isDefinition(first = "", second = ""): boolean {
  const [command, object] = [first.toLowerCase(), second.toLowerCase()];
  if (["grant", "revoke", "comment", "drop"].includes(command)) return true;
  return (
    ["create", "alter"].includes(command) && !["table", "index", "unique", "materialized", "temp", "temporary", "unlogged"].includes(object)
  );
}
