import { posix } from "node:path";
import type { Repository } from "./repository.ts";

/** A rule of a Makefile or a justfile. */
export interface Rule {
  readonly file: string;
  /** The line of the first command, from 1. */
  readonly line: number;
  readonly needs: readonly string[];
  /** The commands, without `@`, `-` and `+` before them. Variables are replaced as far as the file sets them. */
  readonly commands: readonly string[];
}

interface Parsed {
  readonly rules: Map<string, Rule>;
  readonly variables: Map<string, string>;
}

// Files can include each other in a circle, and variables can contain themselves.
const DEEPEST = 4;
const MOST_LINES = 20_000;
const LONGEST_LINE = 20_000;

const ASSIGNMENT = /^(?:export\s+|override\s+)?([\w.-]+)\s*(?::{0,3}|\?|\+)=\s*(.*)$/;
const INCLUDE = /^(?:-|s)?include\s+(.+)$/;
// A target is followed by what it needs, or by a variable that is set for it alone.
const RULE = /^([\w.%/-][\w.%/ -]*?)\s*::?(?!=)\s*(?:([^=;#]*?)\s*(?:;\s*(.*?))?)(?:\s+#.*)?$/;

/** The rules of a Makefile with those of the files that it includes. `given`: the variables of the command line. Pure but for `read`. */
export function readRules(file: string, read: Repository["read"], given: Readonly<Record<string, string>>): ReadonlyMap<string, Rule> {
  const parsed: Parsed = { rules: new Map(), variables: new Map(Object.entries({ MAKE: "make", ...given })) };
  parse(file, read, parsed, given, 0);
  return parsed.rules;
}

function parse(file: string, read: Repository["read"], { rules, variables }: Parsed, given: object, depth: number): void {
  const lines = joinedLines(read(file) ?? "");
  let open: { needs: string[]; commands: string[] } | undefined;
  for (const { text, at } of lines) {
    const expanded = expand(text, variables);
    if (/^\s/.test(text)) {
      if (text.trim() !== "" && !text.trim().startsWith("#")) open?.commands.push(commandOf(expanded));
      continue;
    }
    if (text.trim() === "" || text.startsWith("#")) continue;
    const [, name = "", value = ""] = ASSIGNMENT.exec(text) ?? [];
    if (name !== "") {
      if (!Object.hasOwn(given, name)) variables.set(name, /\+=/.test(text) ? `${variables.get(name) ?? ""} ${value}` : value);
      continue;
    }
    const included = INCLUDE.exec(expanded)?.[1];
    if (included !== undefined && depth < DEEPEST) {
      for (const each of included.trim().split(/\s+/))
        parse(posix.join(posix.dirname(file), each), read, { rules, variables }, given, depth + 1);
      continue;
    }
    const [, targets, needs = "", command = ""] = RULE.exec(expanded) ?? [];
    if (targets === undefined) continue;
    open = {
      needs: needs.split(/\s+/).filter((need) => need !== "" && need !== "|"),
      commands: command === "" ? [] : [commandOf(command)],
    };
    for (const target of targets.split(/\s+/)) {
      const before = rules.get(target);
      // A target can have several lines, of which one has the commands.
      before?.needs.forEach((need) => open?.needs.push(need));
      if (before !== undefined && before.commands.length > 0) open.commands.push(...before.commands);
      rules.set(target, { file, line: before === undefined || before.commands.length === 0 ? at + 1 : before.line, ...open });
    }
  }
}

function commandOf(line: string): string {
  return line.trim().replace(/^[@+-]+\s*/, "");
}

/** The lines of a file. Those that end with a backslash are joined with the next one. */
function joinedLines(text: string): readonly { readonly text: string; readonly at: number }[] {
  const lines: { text: string; at: number }[] = [];
  let isOpen = false;
  for (const [index, line] of text.split("\n", MOST_LINES).entries()) {
    const last = lines.at(-1);
    const cut = line.slice(0, LONGEST_LINE).replace(/\\$/, "");
    if (isOpen && last !== undefined) last.text = `${last.text.trimEnd()} ${cut.trim()}`.slice(0, LONGEST_LINE);
    else lines.push({ text: cut, at: index + 1 });
    isOpen = line.endsWith("\\");
  }
  return lines;
}

/** Replaces `$(NAME)` and `${NAME}`. Functions of make and unknown variables stay. */
function expand(text: string, variables: ReadonlyMap<string, string>, depth = 0): string {
  const replaced = text.replaceAll(/\$\$|\$[({]([\w.-]+)[)}]/g, (whole, name: string | undefined) =>
    name === undefined ? whole : (variables.get(name)?.slice(0, 2000) ?? whole),
  );
  if (depth < DEEPEST && replaced !== text && replaced.length < LONGEST_LINE) return expand(replaced, variables, depth + 1);
  return depth === 0 || depth === DEEPEST || replaced === text ? replaced.replaceAll("$$", "$") : replaced;
}
