import { statementsOf } from "./tokens.ts";
import { type Scope, type Value, valueOf } from "./values.ts";

/**
 * The values that a Python file gives to an argument: `call(name=value)` and `{"name": value}`, anywhere in the file.
 * `scope`: the values of the file.
 */
export function argumentsOf(text: string, name: string, scope: Scope): readonly Value[] {
  return statementsOf(text).flatMap(({ tokens }) => {
    let depth = 0;
    return tokens.flatMap((token, at) => {
      if (token.kind === "operator") depth += "([{".includes(token.text) ? 1 : ")]}".includes(token.text) ? -1 : 0;
      const next = tokens[at + 1];
      const isKey = token.kind === "string" && next?.text === ":";
      const isKeyword = token.kind === "name" && next?.text === "=";
      if (token.text !== name || depth === 0 || (!isKey && !isKeyword) || next?.kind !== "operator") return [];
      let inner = 0;
      const rest = tokens.slice(at + 2);
      const end = rest.findIndex(({ kind, text: word }) => {
        if (kind !== "operator") return false;
        if ("([{".includes(word)) inner += 1;
        if (")]}".includes(word)) inner -= 1;
        return inner < 0 || (inner === 0 && word === ",");
      });
      return [valueOf(end === -1 ? rest : rest.slice(0, end), scope)];
    });
  });
}
