import { commentsIn, withoutTexts } from "./sql-words.ts";

/** What a file of SQL creates and drops, by the last part of its name. Columns are `table.column`. */
interface Effect {
  readonly creates: readonly string[];
  /** What can also disappear with something else that is dropped, such as an index. */
  readonly createsPart: readonly string[];
  readonly drops: readonly string[];
}

const CREATE =
  /^create (?:or replace )?(?:unlogged |unique |materialized |foreign |recursive |constraint )*(table|view|type|schema|sequence|domain|extension|index|trigger|policy|rule|function|procedure)(?: concurrently)?(?: if not exists)? ([\w$.]+)/;
const DROP = /^drop (?:materialized |foreign )?\w+(?: concurrently)?(?: if exists)? (.+)$/;
const ALTER_TABLE = /^alter table (?:if exists )?(?:only )?([\w$.]+) (.+)$/;
const PARTS = /^(?:index|trigger|policy|rule|function|procedure)$/;

/** A comment that names a rollback in whatever form: `-- +x Down`, `-- To revert this migration:`, a block with `DOWN` in it. */
const WORD =
  /(?<![\w-])(?:downs?|down[- ]?(?:grade|wards?)|undo|roll(?:ed)?[- ]?back|reverts?|revert(?:ed|ing)|backwards?|reverse[ds]?|tear[- ]?down)(?![\w-])/i;
/** Statements of a rollback. */
const UNDOES = /^(?:drop|delete|truncate|revoke|alter|comment|commit|end|begin|start|set|reset)\b/;
/** Statements whose effect ends with what they create. */
const ENDS_WITH_ITS_OBJECTS = /^(?:create|comment|grant|begin|start|commit|end|set|insert into|alter table)\b/;

/**
 * What shows that a file also contains its rollback, which plain SQL would run: a comment that names it before the drop of what
 * was created above, or that the file drops everything that it creates and does nothing else. Undefined: nothing.
 */
export function signOfRollback(text: string): string | undefined {
  for (const { start, end, words } of commentsIn(text)) {
    if (!WORD.test(words)) continue;
    const { creates, createsPart } = effectOf(statementsIn(text.slice(0, start)));
    const after = statementsIn(text.slice(end));
    const created = creates.length > 0 ? creates : createsPart;
    if (after.every((each) => UNDOES.test(each)) && effectOf(after).drops.some((name) => created.includes(name))) {
      return `\`${words
        .trim()
        .split(/\s*\n\s*/)
        .join(" ")}\` before a DROP of what the file creates`;
    }
  }
  return dropsAll(statementsIn(text)) ? "the DROP of everything that it creates" : undefined;
}

/** Whether a file only drops what `others` create. */
export function onlyDrops(text: string, others: readonly string[]): boolean {
  const statements = statementsIn(text);
  const created = new Set(others.flatMap((other) => effectOf(statementsIn(other)).creates));
  return statements.every((each) => UNDOES.test(each)) && effectOf(statements).drops.some((name) => created.has(name));
}

function dropsAll(statements: readonly string[]): boolean {
  const { creates } = effectOf(statements);
  if (creates.length === 0) return false;
  const first = statements.findIndex((each) => effectOf([each]).drops.some((name) => creates.includes(name)));
  const [before, after] = [statements.slice(0, first), statements.slice(first)];
  const { drops } = effectOf(after);
  if (first === -1 || !creates.every((name) => drops.includes(name)) || effectOf(after).creates.length > 0) return false;
  return before.every((each) => isAboutOwn(each, creates)) && after.every((each) => UNDOES.test(each));
}

function isAboutOwn(statement: string, creates: readonly string[]): boolean {
  if (!ENDS_WITH_ITS_OBJECTS.test(statement) || /^create (?:or replace )?(?:function|procedure)\b/.test(statement)) return false;
  const other = /^(?:insert into|alter table(?: if exists)?(?: only)?) ([\w$.]+)/.exec(statement)?.[1];
  return other === undefined || effectOf([statement]).creates.length > 0 || creates.includes(lastPart(other));
}

/** The statements in small letters, without comments, texts and bodies of functions. */
function statementsIn(text: string): readonly string[] {
  return withoutTexts(text)
    .toLowerCase()
    .split(";")
    .map((each) => each.replaceAll(/\s+/g, " ").trim())
    .filter((each) => each !== "");
}

function effectOf(statements: readonly string[]): Effect {
  const [creates, createsPart, drops]: [string[], string[], string[]] = [[], [], []];
  for (const statement of statements) {
    const [, kind = "", name] = CREATE.exec(statement) ?? [];
    if (name !== undefined) (PARTS.test(kind) ? createsPart : creates).push(lastPart(name));
    const dropped = DROP.exec(statement)?.[1]?.split(",") ?? [];
    drops.push(...dropped.flatMap((each) => /^[\w$.]+/.exec(each.trim())?.[0] ?? []).map(lastPart));
    const [, table = "", changes = ""] = ALTER_TABLE.exec(statement) ?? [];
    for (const change of changes.split(/,(?![^(]*\))/)) {
      const [, verb, column] = /^(add|drop) (?:column )?(?:if (?:not )?exists )?([\w$]+)/.exec(change.trim()) ?? [];
      if (column === undefined || /^(?:constraint|primary|unique|foreign|check|exclude)$/.test(column)) continue;
      (verb === "add" ? creates : drops).push(`${lastPart(table)}.${column}`);
    }
  }
  return { creates, createsPart, drops };
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}
