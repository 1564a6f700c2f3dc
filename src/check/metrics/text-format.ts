import { type Entry, type Label, Rejected, type Scanner } from "./scanner.ts";
import { checkMilliseconds, checkNumber, unquote, utf8 } from "./values.ts";

const BLANKS = /[ \t]*/y;
const LINE_END = /\n/y;
const END = /\0[^]*/y;
const COMMENT = /#[^\n]*/y;
const META = /#[ \t]+(?:HELP|TYPE)[ \t]+/y;
const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL_NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y;
// A label's value can contain line breaks.
const QUOTED = /"(?:\\[^\n]|[^\\"])*"/y;
const REST = /[^\n]*/y;
const VALUE = /[^{ \t\n]+/y;
const TIMESTAMP = /[0-9]+/y;
const TYPES = new Set(["counter", "gauge", "histogram", "summary", "untyped"]);

/**
 * Reads the next line of the text format 0.0.4, or 1.0.0 with quoted names, exactly as the server of Prometheus does
 * (prometheus/prometheus, model/textparse; its documentation, "Exposition formats").
 */
export function readTextLine(scanner: Scanner, quotedNames: boolean): Entry {
  const start = scanner.at();
  scanner.take(BLANKS);
  // Prometheus takes a zero byte at the start of a line for the end.
  if (scanner.take(LINE_END) !== undefined || scanner.take(END) !== undefined) return { kind: "other" };
  const meta = scanner.take(META);
  if (meta !== undefined) return readMeta(scanner, meta.includes("TYPE"), quotedNames);
  if (scanner.take(COMMENT) !== undefined) {
    scanner.expect(LINE_END, "a line break");
    return { kind: "other" };
  }
  // Prometheus takes the blanks for a part of the name, which is then not valid.
  if (scanner.at() > start) throw new Rejected("blanks before a metric name");
  return readSample(scanner, quotedNames);
}

function readMeta(scanner: Scanner, isType: boolean, quotedNames: boolean): Entry {
  const quoted = quotedNames ? scanner.take(QUOTED) : undefined;
  const name = quoted === undefined ? scanner.expect(NAME, "a metric name") : unquote(quoted, "the name");
  const text = scanner.expect(REST, "a text").slice(1);
  scanner.expect(LINE_END, "a line break");
  if (!isType) {
    utf8(text, "the help text");
    return { kind: "other" };
  }
  if (!TYPES.has(text)) throw new Rejected(`${JSON.stringify(text.slice(0, 60))} is not a type of this format`);
  return { kind: "type", name, type: text };
}

function readSample(scanner: Scanner, quotedNames: boolean): Entry {
  let name = quotedNames ? scanner.take(NAME) : scanner.expect(NAME, "a comment or a metric name");
  scanner.take(BLANKS);
  const labels: Label[] = [];
  if (scanner.take(/\{/y) !== undefined) name = readBraces(scanner, name, labels, quotedNames);
  if (name === undefined) throw new Rejected("expected a comment or a metric name");
  scanner.take(BLANKS);
  checkNumber(scanner.expect(VALUE, "a value"));
  scanner.take(BLANKS);
  const timestamp = scanner.take(TIMESTAMP);
  if (timestamp !== undefined) checkMilliseconds(timestamp);
  scanner.take(BLANKS);
  scanner.expect(LINE_END, timestamp === undefined ? "a timestamp or a line break" : "a line break");
  return { kind: "sample", name, labels, timestamp };
}

/** Reads up to the closing brace. Returns the metric's name, which can be in the braces when it is quoted. */
function readBraces(scanner: Scanner, name: string | undefined, labels: Label[], quotedNames: boolean): string | undefined {
  let metric = name;
  for (;;) {
    scanner.take(BLANKS);
    if (scanner.take(/\}/y) !== undefined) return metric;
    const quoted = quotedNames ? scanner.take(QUOTED) : undefined;
    const label = quoted === undefined ? scanner.expect(LABEL_NAME, "a label name") : unquote(quoted, "the name");
    scanner.take(BLANKS);
    if (quoted !== undefined && scanner.take(/(?=\})|,/y) !== undefined) {
      if (metric !== undefined) throw new Rejected("the metric has two names");
      metric = label;
      continue;
    }
    scanner.expect(/=/y, "an equals sign");
    scanner.take(BLANKS);
    labels.push([label, unquote(scanner.expect(QUOTED, "a quoted label value"), "the label value")]);
    scanner.take(BLANKS);
    // Prometheus accepts labels without a comma between them.
    scanner.take(/,/y);
  }
}
