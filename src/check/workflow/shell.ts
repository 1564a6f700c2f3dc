/** One simple command of a script: the text between `;`, `&&`, `||`, `|` and line ends, outside of quotes. */
export interface ShellCommand {
  /** The whole logical line, with what is before and after it. */
  readonly line: string;
  readonly text: string;
  /** Line of the script, from 1. */
  readonly at: number;
}

// A generated script can be long. What comes after this is not checked.
const MOST_LINES = 20_000;

/** The word that ends a here-document. */
const HERE = /<<-?\s*["']?([A-Za-z_]\w*)["']?/;

/** The simple commands of a script, without comments and the texts of here-documents. Pure. */
export function shellCommands(script: string): readonly ShellCommand[] {
  return logicalLines(script).flatMap(({ text, at }) =>
    simpleCommands(text)
      .map((command) => command.trim())
      .filter((command) => command !== "")
      .map((command) => ({ line: text, text: command, at })),
  );
}

/** The lines of a script, trimmed. Lines that end with a backslash are joined with the next one. */
export function logicalLines(script: string): readonly { readonly text: string; readonly at: number }[] {
  const lines: { text: string; at: number }[] = [];
  const physical = script.split("\n", MOST_LINES);
  let endOfText: string | undefined;
  for (let index = 0; index < physical.length; index += 1) {
    const at = index + 1;
    if (endOfText !== undefined) {
      if (physical[index]?.trim() === endOfText) endOfText = undefined;
      continue;
    }
    let text = (physical[index] ?? "").trim();
    while (text.endsWith("\\") && index + 1 < physical.length) {
      index += 1;
      text = `${text.slice(0, -1).trimEnd()} ${(physical[index] ?? "").trim()}`;
    }
    if (text === "" || text.startsWith("#")) continue;
    endOfText = HERE.exec(text)?.[1];
    lines.push({ text, at });
  }
  return lines;
}

/** The lines of the here-documents that a script writes into a file, such as `.env`. */
export function hereDocuments(script: string): readonly { readonly text: string; readonly at: number }[] {
  const lines: { text: string; at: number }[] = [];
  let end: string | undefined;
  for (const [index, line] of script.split("\n", MOST_LINES).entries()) {
    if (end !== undefined && line.trim() === end) end = undefined;
    else if (end !== undefined) lines.push({ text: line.trim(), at: index + 1 });
    else if (line.includes(">")) end = HERE.exec(line)?.[1];
  }
  return lines;
}

/** The commands of a line, without quotes being looked into. */
export function simpleCommands(line: string): readonly string[] {
  const commands: string[] = [];
  let current = "";
  let quote = "";
  for (let index = 0; index < line.length; index += 1) {
    const character = line[index] ?? "";
    if (quote !== "") {
      if (character === "\\" && quote === '"') current += line[index++] ?? "";
      else if (character === quote) quote = "";
    } else if (character === "'" || character === '"') quote = character;
    else if (character === "#" && /\s$/.test(current)) break;
    else if (isSeparator(line, index)) {
      commands.push(current);
      current = "";
      continue;
    }
    current += line[index] ?? "";
  }
  return [...commands, current];
}

/** `>&2`, `&>file` and `>|file` are redirections. The braces of an expression such as `${{ a || b }}` are left alone. */
function isSeparator(line: string, index: number): boolean {
  const character = line[index];
  if (character === ";" || character === "|") return line[index - 1] !== ">" && !insideExpression(line, index);
  return character === "&" && line[index - 1] !== ">" && line[index + 1] !== ">" && !insideExpression(line, index);
}

function insideExpression(line: string, index: number): boolean {
  const start = line.lastIndexOf("${{", index);
  return start !== -1 && line.indexOf("}}", start) > index;
}

/** A command without the assignments before it and without programs that only start another one. */
export function withoutPrefix(command: string): string {
  return command.replace(
    /^(?:(?:[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|(?:\$\([^()]*\)|(?!\$\([^()]*\))\S)*)|env|sudo(?:\s+-\S+)*|time|nohup|exec|then|do|else|if|!|\(|\{)\s+|\(\s*)*/,
    "",
  );
}

/** The variables that are assigned before a command, such as `DATABASE_URL=… alembic upgrade head`. */
export function assignmentsOf(command: string): Readonly<Record<string, string>> {
  const assigned: Record<string, string> = {};
  let rest = command.replace(/^(?:env|export)\s+/, "");
  for (;;) {
    const [match, name = "", value = ""] =
      /^([A-Za-z_]\w*)=("[^"]*"|'[^']*'|(?:\$\{\{.*?\}\}|\$\([^()]*\)|(?!\$\{\{.*?\}\}|\$\([^()]*\))\S)*)\s*/.exec(rest) ?? [];
    if (match === undefined) return assigned;
    assigned[name] = value.replaceAll(/^["']|["']$/g, "");
    rest = rest.slice(match.length);
  }
}

/** Variables that a script writes into a file such as `.env`, `$GITHUB_ENV`, or its own environment with `export`. */
export function writtenVariables(script: string): Readonly<Record<string, string>> {
  const written: Record<string, string> = {};
  for (const { text } of logicalLines(script)) {
    const [, quoted = "", name = "", value = ""] =
      /\b(?:echo|printf)\s+(?:-\w+\s+)*(["']?)([A-Za-z_]\w*)=(.*?)\1?\s*(?:\|\s*(?:sudo\s+)?tee\s+(?:-a\s+)?\S+|>>?\s*\S+)/.exec(text) ??
      [];
    if (name !== "") written[name] = quoted === "" ? value.trim() : value;
    if (text.startsWith("export ")) Object.assign(written, assignmentsOf(text));
  }
  for (const { text } of hereDocuments(script)) Object.assign(written, assignmentsOf(text));
  return written;
}
