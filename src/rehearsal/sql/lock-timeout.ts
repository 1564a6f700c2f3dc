import { lower } from "./alter-table.ts";
import { runsCode } from "./runs-code.ts";
import type { Token } from "../../postgres/sql/tokens.ts";

/** What a statement does to `lock_timeout`. */
export interface TimeoutChange {
  /** `default`: the value with which the session started. */
  readonly to: "limit" | "none" | "default";
  /** Until the end of the transaction only. */
  readonly isLocal: boolean;
}

const NAME = "lock_timeout";

/** How a statement changes `lock_timeout`. Code that mentions it counts as setting it. Pure. */
export function timeoutChange(tokens: readonly Token[]): TimeoutChange | undefined {
  const words = tokens.slice(0, 3).map(lower);
  const [first = "", second = ""] = words;
  if (["reset", "discard"].includes(first)) {
    return second === "all" || (first === "reset" && isName(tokens[1])) ? { to: "default", isLocal: false } : undefined;
  }
  if (first === "set") {
    const at = second === "local" || second === "session" ? 2 : 1;
    return isName(tokens[at]) ? { to: valueOf(tokens[at + 2]), isLocal: second === "local" } : undefined;
  }
  return byFunction(tokens) ?? (mentions(tokens) && runsCode(tokens) ? { to: "limit", isLocal: false } : undefined);
}

/** `set_config('lock_timeout', VALUE, IS_LOCAL)`. */
function byFunction(tokens: readonly Token[]): TimeoutChange | undefined {
  const at = tokens.findIndex((token, index) => lower(token) === "set_config" && textOf(tokens[index + 2]) === NAME);
  if (at < 0 || tokens[at + 3]?.text !== ",") return undefined;
  const end = tokens.findIndex((token, index) => index > at && token.text === ")");
  return { to: valueOf(tokens[at + 4]), isLocal: ["true", "t"].includes(textOf(tokens[end - 1])) };
}

function isName(token: Token | undefined): boolean {
  return textOf(token).replaceAll('"', "") === NAME;
}

function mentions(tokens: readonly Token[]): boolean {
  return tokens.some(({ text }) => text.toLowerCase().includes(NAME));
}

function valueOf(token: Token | undefined): TimeoutChange["to"] {
  const text = textOf(token);
  if (text === "default") return "default";
  return isLimit(text) ? "limit" : "none";
}

/** Whether a value of `lock_timeout` is a limit. 0 in any unit is none. */
export function isLimit(value: string): boolean {
  return !/^\s*0+(\.0*)?\s*[a-z]*\s*$/.test(value);
}

/** In lower case, without the quotes of a string. */
function textOf(token: Token | undefined): string {
  return (token?.text ?? "").toLowerCase().replace(/^'([^]*)'$/, "$1");
}
