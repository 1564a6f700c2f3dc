import type { ReportOptions } from "../../findings/report/options.ts";
import type { ReportFormat } from "../../findings/report/renderers.ts";
import { RENDERERS } from "../../findings/report/renderers.ts";
import { inOneLine } from "../../findings/report/text.ts";
import { codeSpan, escapeMarkdown } from "../../markdown.ts";
import type { MeasuredTable } from "../measured.ts";
import type { Rehearsal } from "../rehearsal.ts";
import { REHEARSAL } from "../source.ts";
import type { MeasuredTraffic } from "../traffic/traffic.ts";
import { NO_ROWS, SOME_NOT_JUDGED } from "./closing-line.ts";
import { TRAFFIC_HEAD, trafficLines, trafficRows } from "./traffic.ts";
import { firstLine, notJudged, sight, slowest, TABLE_HEAD, tableRow, totals } from "./facts.ts";

/** Tables and statements in a report for people. */
const MOST_TABLES = 40;
const MOST_STATEMENTS = 5;

/** Where some waits exceed the limits, and the machine was too busy to judge them. */
const PARTLY = { passed: "The waits that could be judged stay within the limits", scope: SOME_NOT_JUDGED };
/** Where the copy was empty. */
const ON_NO_ROWS = { passed: "The migrations run on an empty database", scope: NO_ROWS };

/** The report of a rehearsal in a format. Pure. */
export function renderRehearsal(result: Rehearsal, format: ReportFormat, options: ReportOptions): string {
  const { failOn, folder, findings } = result;
  const all = { failOn, folder, ...limitOf(result), ...options };
  if (format === "json") return `${JSON.stringify(result, undefined, 2)}\n`;
  if (format === "text") return renderText(result, RENDERERS.text(findings, REHEARSAL, all));
  if (format === "markdown")
    return renderMarkdown(result, (bytes) => RENDERERS.markdown(findings, REHEARSAL, { ...all, bytes }), all.bytes);
  return RENDERERS[format](findings, REHEARSAL, all);
}

/** What limits the result. */
function limitOf(result: Rehearsal): ReportOptions {
  if (result.copy.isEmpty) return ON_NO_ROWS;
  return notJudged(result) === undefined ? {} : PARTLY;
}

function renderText(result: Rehearsal, findings: string): string {
  const tables = result.tables.slice(0, MOST_TABLES).map(tableRow);
  const more = result.tables.length - tables.length;
  const long = slowest(result, MOST_STATEMENTS);
  return [
    ...[firstLine(result), ...totals(result)].map(inOneLine),
    "",
    ...(tables.length === 0 ? [] : [...aligned([TABLE_HEAD, ...tables]), ...(more > 0 ? [`and ${more} more tables`] : []), ""]),
    ...(long.length === 0 ? [] : ["slowest statements", ...long.map((each) => `  ${inOneLine(each)}`), ""]),
    ...trafficText(result.traffic),
    ...sight(result).map((each) => `note: ${inOneLine(each)}`),
    "",
    findings,
  ].join("\n");
}

function renderMarkdown(result: Rehearsal, findings: (bytes: number) => string, bytes = 30_000): string {
  // On a page, tables that nobody waited for and that were not written again are folded.
  const [seen, others] = [result.tables.filter(isNoticed), result.tables.filter((each) => !isNoticed(each))];
  const tables = seen.slice(0, MOST_TABLES);
  const measured = [
    escapeMarkdown([firstLine(result), ...totals(result)].join(" ")),
    "",
    ...(tables.length === 0 ? [] : [...tableOf(tables), ""]),
    ...slowest(result, MOST_STATEMENTS).map((each) => `- ${codeSpan(each)}`),
    "",
    ...trafficMarkdown(result.traffic),
    ...folded(
      `${others.length} more table${others.length === 1 ? "" : "s"}, for which no wait was seen`,
      others.length === 0 ? [] : tableOf(others.slice(0, MOST_TABLES)),
    ),
    ...folded(
      "How it was observed",
      sight(result).map((each) => `- ${escapeMarkdown(each)}`),
    ),
  ].join("\n");
  return `${findings(Math.max(5000, bytes - Buffer.byteLength(measured)))}\n${measured}`;
}

function trafficText(traffic: MeasuredTraffic | undefined): readonly string[] {
  if (traffic === undefined) return [];
  const { all, each } = trafficRows(traffic);
  return [...trafficLines(traffic).map(inOneLine), "", ...aligned([TRAFFIC_HEAD, ...all, ...each]), ""];
}

function trafficMarkdown(traffic: MeasuredTraffic | undefined): readonly string[] {
  if (traffic === undefined) return [];
  const { all, each } = trafficRows(traffic);
  return [
    escapeMarkdown(trafficLines(traffic).join(" ")),
    "",
    ...rowsOf(TRAFFIC_HEAD, all),
    "",
    ...folded("The traffic by statement", rowsOf(TRAFFIC_HEAD, each)),
  ];
}

function isNoticed({ blockedReadsMs, blockedWritesMs, rewritten, dropped, indexesRewritten }: MeasuredTable): boolean {
  return blockedReadsMs > 0 || blockedWritesMs > 0 || rewritten || dropped || indexesRewritten.length > 0;
}

/** Without the columns in which nothing happened to any table, so that the others fit on a page. */
function tableOf(tables: readonly MeasuredTable[]): readonly string[] {
  const rows = tables.map(tableRow);
  const shown = TABLE_HEAD.map(
    (head, at) => !["rewritten", "changed rows"].includes(head) || rows.some((cells) => !["no", "0"].includes(cells[at] ?? "")),
  );
  const only = (cells: readonly string[]): readonly string[] => cells.filter((_, at) => shown[at]);
  return rowsOf(only(TABLE_HEAD), rows.map(only));
}

function rowsOf(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return [row(head), `|${" --- |".repeat(head.length)}`, ...rows.map(row)];
}

function folded(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  return [`<details><summary>${title}</summary>`, "", ...lines, "", "</details>", ""];
}

function aligned(lines: readonly (readonly string[])[]): readonly string[] {
  const clean = lines.map((cells) => cells.map(inOneLine));
  const widths = (clean[0] ?? []).map((_, at) => Math.max(...clean.map((cells) => (cells[at] ?? "").length)));
  return clean.map((cells) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => escapeMarkdown(cell).replaceAll("|", String.raw`\|`)).join(" | ")} |`;
}
