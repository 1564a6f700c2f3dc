const HIDDEN = "…";

/** The parts of a statement that show that a line is one, or contains one. */
const STATEMENT =
  /\b(?:insert\s+into|update\s+(?:only\s+)?\S+\s+set|delete\s+from|merge\s+into|copy\s+\S+.*\b(?:from|to)\s|select\b.*\b(?:from|where)\b|select\s+\S+\(|(?:alter|create|comment\s+on)\s+(?:or\s+replace\s+|unique\s+|temp(?:orary)?\s+|unlogged\s+|materialized\s+|foreign\s+)*(?:table|index|view|type|domain|function|procedure|trigger|policy|role|user|database|schema|column|sequence|rule)\b|values\s*\(|where\s+\S+\s*(?:[=<>~]|in\s*\(|like\b)|\bset\s+\S+\s*=|execute\s+\S+\s*\(|\bcall\s+\S+\()/i;

/** Statements with a text in quotes, without a table: `select '…'::date`, `perform set_config('…', '…')`. */
const WITH_TEXT = /^\W*(?:select|perform|prepare|execute|explain|notify|values)\b.*'|\bselect\s+(?:[enbx]|u&)?'/i;

/** Whether a line is a statement, or contains one. */
export function isStatement(line: string): boolean {
  return STATEMENT.test(line) || WITH_TEXT.test(line);
}

/** What is open at the end of a line of a statement. */
export interface Open {
  /** A text in quotes. */
  readonly quote: boolean;
  /** Brackets of a list of values. */
  readonly depth: number;
}

export const CLOSED: Open = { quote: false, depth: 0 };

/** A quote that ends the text of a program, in which the statement is. Node prints a text of several lines as `'…' +`. */
const OUTER_END = /^'[\s"'`,;)\]}]*\+?\s*$/;
/** A quote that begins the text of a program, in which the statement is. */
const OUTER_START = /^'\s*(?:insert|update|delete|merge|copy|select|alter|create|comment|with|do|call|set|grant)\b/i;

/**
 * Hides the texts in quotes of a line of a statement, and its lists of values. `continues`: the line continues a statement, so a
 * list can be at its start.
 */
export function hideInStatement(line: string, continues: boolean, before: Open): { readonly text: string; readonly open: Open } {
  // In the text of a program, the quotes of a statement have a backslash.
  const isEscaped = line.includes("\\'");
  const delimiter = isEscaped ? "\\'" : "'";
  let { quote, depth } = before;
  let text = quote || depth > 0 ? HIDDEN : "";
  let mayList = continues;
  for (let at = 0; at < line.length; at += 1) {
    const rest = line.slice(at);
    if (quote) {
      const end = rest.indexOf(delimiter);
      if (end === -1) return { text, open: { quote, depth } };
      at += end + delimiter.length - 1;
      quote = line.startsWith("'", at + 1) && !isEscaped && !OUTER_END.test(line.slice(at + 1));
      if (quote) at += 1;
      else if (depth === 0) text += delimiter;
    } else if (rest.startsWith(delimiter) && (isEscaped || depth > 0 || !(OUTER_END.test(rest) || OUTER_START.test(rest)))) {
      quote = true;
      if (depth === 0) text += `${delimiter}${HIDDEN}`;
      at += delimiter.length - 1;
    } else if (depth > 0) {
      depth += rest.startsWith("(") ? 1 : rest.startsWith(")") ? -1 : 0;
      if (depth === 0) text += ")";
      mayList = true;
    } else {
      const list = (mayList ? /^\s*,?\s*\(/ : /^values\s*\(/i).exec(rest) ?? /^values\s*\(/i.exec(rest);
      if (list === null) {
        text += rest[0] ?? "";
        mayList &&= /[\s,]/.test(rest[0] ?? "");
      } else {
        text += `${list[0]}${HIDDEN}`;
        depth = 1;
        at += list[0].length - 1;
      }
    }
  }
  return { text, open: { quote, depth } };
}
