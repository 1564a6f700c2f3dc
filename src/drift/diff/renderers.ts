import type { Paint } from "../../findings/report/options.ts";
import { codeSpan, escapeMarkdown } from "../../markdown.ts";
import { visible } from "../../visible.ts";
import type { SchemaChange } from "./schema-change.ts";
import { canBeRename, describeSchemaChanges, RENAME_NOTE, type SchemaDiff, SORTS } from "./schema-diff.ts";
import { inWords, type Part } from "./words.ts";

export type DiffFormat = "text" | "json" | "markdown";

/** Renders the changes of a schema. Text and Markdown are empty if nothing changed and there is no warning. */
export function renderSchemaDiff(diff: SchemaDiff, format: DiffFormat, paint: Paint = (_, plain) => plain): string {
  if (format === "json") return `${JSON.stringify(diff)}\n`;
  if (diff.changes.length === 0 && diff.warnings.length === 0) return "";
  return format === "text" ? renderText(diff, paint) : renderMarkdown(diff);
}

const STYLES = { added: "added", changed: "warning", removed: "removed" } as const;

function renderText({ before, after, changes, warnings }: SchemaDiff, paint: Paint): string {
  const groups = groupsOf(changes).map(([sort, group]) =>
    [paint(STYLES[sort], sort.toUpperCase()), ...group.map((each) => `  ${visible(lineOf(each, PLAIN))}`)].join("\n"),
  );
  const head = [`before  ${before}`, `after   ${after}`, ...warnings.map((warning) => `note    ${warning}`)].join("\n");
  return `${[head, ...groups, [describeSchemaChanges(changes), ...(canBeRename(changes) ? [RENAME_NOTE] : [])].join("\n")].join("\n\n")}\n`;
}

/** Bytes of a report for a page that has other parts too. */
const BYTES = 30_000;
const RESERVE = 300;

function renderMarkdown(diff: SchemaDiff): string {
  const { before, after, changes, warnings } = diff;
  const head = [
    `**Schema changes**: ${describeSchemaChanges(changes)}`,
    "",
    `From ${escapeMarkdown(before)} to ${escapeMarkdown(after)}.`,
    ...warnings.map((warning) => `- ⚠️ ${escapeMarkdown(warning)}`),
    "",
  ].join("\n");
  return `${head}\n${schemaChangesMarkdown(changes, BYTES - Buffer.byteLength(head))}`;
}

/** The changes as lists, the removed objects first; at most `bytes` long. What does not fit is counted. */
export function schemaChangesMarkdown(changes: readonly SchemaChange[], bytes = BYTES): string {
  let left = bytes - RESERVE;
  let dropped = 0;
  const lines = groupsOf(changes).flatMap(([sort, group]) => {
    const items: string[] = [];
    for (const each of group) {
      const item = `- ${lineOf(each, MARKDOWN)}`;
      left -= Buffer.byteLength(item) + 1;
      if (left < 0) dropped += 1;
      else items.push(item);
    }
    return items.length === 0 ? [] : [`**${sort}**`, "", ...items, ""];
  });
  const more = dropped === 0 ? [] : [`_${dropped} more did not fit here. \`offshoot diff\` shows all of them._`, ""];
  return [...lines, ...more, ...(canBeRename(changes) ? [`_${RENAME_NOTE}_`, ""] : [])].join("\n");
}

/** How the names and the SQL of a line are written, and its words. */
interface Style {
  readonly code: (text: string) => string;
  readonly words: (text: string) => string;
}

const PLAIN: Style = { code: (text) => text, words: (text) => text };
const MARKDOWN: Style = { code: codeSpan, words: escapeMarkdown };

function lineOf(change: SchemaChange, { code, words }: Style): string {
  const { kind, object, parts } = inWords(change);
  const rest = parts.map((part: Part) => ("sql" in part ? code(part.sql) : words(part.words))).join("");
  return `${kind} ${code(object)}${rest === "" ? "" : `: ${rest}`}`;
}

function groupsOf(changes: readonly SchemaChange[]): readonly (readonly [SchemaChange["change"], readonly SchemaChange[]])[] {
  return SORTS.map((sort) => [sort, changes.filter(({ change }) => change === sort)] as const).filter(([, group]) => group.length > 0);
}
