import { type Entry, type Label, Rejected, type Scanner } from "./scanner.ts";
import { checkNumber, checkSeconds, unquote, utf8 } from "./values.ts";

const META = /# (?:HELP|TYPE|UNIT) /y;
const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL_NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const QUOTED = /"(?:\\[^\n]|[^\\"\n])*"/y;
const REST = / [^\n]*\n/y;
const FIELD = / [^ \n]+/y;
const EXEMPLAR = / # \{/y;
const LINE_END = /\n/y;
const END = /# EOF\n?/y;
const TYPES = new Set(["counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset", "unknown"]);

/**
 * Reads the next line of OpenMetrics 1.0, exactly as the server of Prometheus 2 does (prometheus/prometheus,
 * model/textparse). Undefined after the last line, `# EOF`.
 */
export function readOpenMetricsLine(scanner: Scanner, quotedNames: boolean): Entry | undefined {
  if (scanner.atEnd()) throw new Rejected("the answer does not end with # EOF");
  if (scanner.take(END) !== undefined) {
    if (!scanner.atEnd()) throw new Rejected("text after # EOF");
    return undefined;
  }
  const meta = scanner.take(META);
  return meta === undefined ? readSample(scanner, quotedNames) : readMeta(scanner, meta.slice(2, -1), quotedNames);
}

function readMeta(scanner: Scanner, keyword: string, quotedNames: boolean): Entry {
  const quoted = quotedNames ? scanner.take(QUOTED) : undefined;
  const name = quoted === undefined ? scanner.expect(NAME, "a metric name") : unquote(quoted, "the name");
  const text = scanner.expect(REST, "one blank and a text").slice(1, -1);
  if (keyword === "HELP") utf8(text, "the help text");
  if (keyword === "UNIT" && text !== "" && !name.endsWith(`_${text}`)) {
    throw new Rejected(`the metric name does not end with its unit _${text.slice(0, 60)}`);
  }
  if (keyword !== "TYPE") return { kind: "other" };
  if (!TYPES.has(text)) throw new Rejected(`${JSON.stringify(text.slice(0, 60))} is not a type of this format`);
  return { kind: "type", name, type: text };
}

function readSample(scanner: Scanner, quotedNames: boolean): Entry {
  let name = quotedNames ? scanner.take(NAME) : scanner.expect(NAME, "a metric name or # with HELP, TYPE, UNIT or EOF");
  const labels: Label[] = [];
  if (scanner.take(/\{/y) !== undefined) name = readBraces(scanner, name, labels, quotedNames);
  if (name === undefined) throw new Rejected("expected a metric name or # with HELP, TYPE, UNIT or EOF");
  checkNumber(scanner.expect(FIELD, "one blank and a value").slice(1));
  const hasExemplar = (): boolean => scanner.take(EXEMPLAR) !== undefined;
  let exemplar = hasExemplar();
  const timestamp = exemplar ? undefined : scanner.take(FIELD)?.slice(1);
  if (timestamp !== undefined) {
    checkSeconds(timestamp);
    exemplar = hasExemplar();
  }
  if (exemplar) readExemplar(scanner, name);
  scanner.expect(LINE_END, "a timestamp, an exemplar or a line break");
  return { kind: "sample", name, labels, timestamp };
}

function readExemplar(scanner: Scanner, name: string): void {
  // OpenMetrics 1.0, "Exemplars": only these samples can have one.
  if (!/_total$|_bucket$/.test(name)) throw new Rejected("an exemplar of a sample that is not _total or _bucket");
  readBraces(scanner, "", [], false);
  checkNumber(scanner.expect(FIELD, "the exemplar's value").slice(1));
  const timestamp = scanner.take(FIELD);
  if (timestamp !== undefined) checkSeconds(timestamp.slice(1));
}

/** Reads up to the closing brace, without blanks. Returns the metric's name, which can be in the braces when it is quoted. */
function readBraces(scanner: Scanner, name: string | undefined, labels: Label[], quotedNames: boolean): string | undefined {
  let metric = name;
  if (scanner.take(/\}/y) !== undefined) return metric;
  do {
    const quoted = quotedNames ? scanner.take(QUOTED) : undefined;
    const label = quoted === undefined ? scanner.expect(LABEL_NAME, "a label name") : unquote(quoted, "the name");
    if (quoted !== undefined && scanner.take(/(?=[,}])/y) !== undefined) {
      if (metric !== undefined) throw new Rejected("the metric has two names");
      metric = label;
    } else {
      scanner.expect(/=/y, "an equals sign");
      labels.push([label, unquote(scanner.expect(QUOTED, "a quoted label value"), "the label value")]);
    }
  } while (scanner.take(/,/y) !== undefined);
  scanner.expect(/\}/y, "a comma or a closing brace");
  return metric;
}
