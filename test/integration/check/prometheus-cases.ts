import type { Served } from "../../support/prometheus.ts";
import { seededRandom } from "../../../mocks/neon/id-generator.ts";

export interface Case extends Served {
  readonly name: string;
}

const TEXT = "text/plain; version=0.0.4; charset=utf-8";
const OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

const text = (name: string, body: string | Buffer): Case => ({ name: `text format: ${name}`, contentType: TEXT, body: Buffer.from(body) });
const open = (name: string, body: string): Case => ({ name: `OpenMetrics: ${name}`, contentType: OPENMETRICS, body: Buffer.from(body) });

const GOOD_TEXT = `# HELP http_requests_total The total number.\n# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
# TYPE req histogram\nreq_bucket{le="0.1"} 4\nreq_bucket{le="+Inf"} 5\nreq_sum 0.9\nreq_count 5
# TYPE s summary\ns{quantile="0.5"} NaN\ns_sum 1e3\ns_count 2\n`;

const GOOD_OPENMETRICS = `# TYPE req counter\n# UNIT req_seconds seconds\n# HELP req Requests.
req_total{a="b"} 17.0 1520879607.789 # {id="x{y}z#"} 0.5 1.5\nreq_created{a="b"} 1520430000.123
# TYPE build info\nbuild_info{version="1.2",q="a\\"b\\\\c\\nd"} 1
# TYPE st stateset\nst{st="on"} 1\nst{st="off"} 0
# TYPE gh gaugehistogram\ngh_bucket{le="+Inf"} 3\ngh_gcount 3\ngh_gsum 2\n# EOF\n`;

/** One case for each clause of the formats, and for each public bug report that we know. */
export const CASES: readonly Case[] = [
  text("all types", GOOD_TEXT),
  text("nothing", ""),
  text("an empty line and blanks", "\n  \t\na 1\n"),
  text("no last line break", "# TYPE a gauge\na 1"),
  text("line breaks of Windows", "a 1\r\n"),
  text("a line break of Windows after a type", "# TYPE a gauge\r\na 1\n"),
  text("a line break of Windows after a comment", "# hello\r\n"),
  text("a byte order mark", "\uFEFFa 1\n"),
  text("an HTML page", "<!doctype html><html></html>\n"),
  text("blanks before a name", "  a 1\n"),
  text("blanks before a comment", "  # x\na 1\n"),
  text("a blank before the braces", 'a {b="c"} 1\n'),
  text("the name as a label", 'a{__name__="b"} 1\n'),
  text("a zero byte before a line", "a 1\n\0b 2\nnot valid\n"),
  text("a zero byte after blanks", "a 1\n \0b 2\n"),
  text("a zero byte at the end of a line", "a 1\0\n"),
  text("a zero byte in a comment", "# a\0b\na 1\n"),
  text("a zero byte in a name", "a\0b 1\n"),
  text("a zero byte in a label", 'a{x="\0"} 1\n'),
  open("the name as a label", 'a{__name__="b"} 1\n# EOF\n'),
  open("a zero byte before a line", "a 1\n\0# EOF\n"),
  text("no blank after the braces", 'a{b="c"}1\n'),
  text("blanks in the braces", 'a{ b = "c" , d = "e" } 1\n'),
  text("a comma at the end of the braces", 'a{b="c",} 1\n'),
  text("a comma at the start of the braces", 'a{,b="c"} 1\n'),
  text("two commas", 'a{b="c",,d="e"} 1\n'),
  text("labels without a comma", 'a{b="c" d="e"} 1\n'),
  text("empty braces", "a{} 1\n"),
  text("one label twice", 'a{b="c",b="d"} 1\n'),
  text("one label twice with one value", 'a{b="c",b="c"} 1\n'),
  text("a label value with a line break", 'a{b="x\ny"} 1\n'),
  text("a label value with an unknown escape", String.raw`a{b="x\zy"} 1` + "\n"),
  text("a label value that does not end", 'a{b="x} 1\n'),
  text("a label value that is not UTF-8", Buffer.from('a{b="\xff\xfe"} 1\n', "latin1")),
  text("a help text that is not UTF-8", Buffer.from("# HELP a \xff\n# TYPE a gauge\na 1\n", "latin1")),
  text("a comment that is not UTF-8", Buffer.from("# x \xff\na 1\n", "latin1")),
  text("a quoted name", '{"a.b","c.d"="e"} 1\n'),
  text("a name with a dash", "a-b 1\n"),
  text("a name with a colon", ":a:b 1\n"),
  text("a label with a colon", 'a{b:c="d"} 1\n'),
  text("a name that starts with a digit", "1a 1\n"),
  text("a comment without a blank", "#TYPE a gauge\n#\na 1\n"),
  text("a type in small letters", "# type a wrong\na 1\n"),
  text("a type with blanks and tabs", "#\tTYPE  a gauge\na 1\n"),
  text("two blanks before the type", "# TYPE a  gauge\na 1\n"),
  text("a blank after the type", "# TYPE a gauge \na 1\n"),
  text("an unknown type", "# TYPE a info\na 1\n"),
  text("no type", "# TYPE a\na 1\n"),
  text("no name after TYPE", "# TYPE \na 1\n"),
  text("a help text without a text", "# HELP a\n# HELP b \na 1\n"),
  text("a unit, which this format takes for a comment", "# UNIT a_x seconds\na_x 1\n"),
  text("a help text twice", "# HELP a x\na 1\n# HELP a x\n"),
  text("a type twice", "# TYPE a gauge\na 1\n# TYPE a gauge\n"),
  text("a type after the value", "a 1\n# TYPE a gauge\n"),
  text("one series twice", "a 1\na 1\n"),
  text("one series with two values", "a 1\na 2\n"),
  text("an exemplar", 'a_bucket{le="1"} 4 # {t="x"} 0.1\n'),
  text("a timestamp with a fraction", "a 1 1520879607.789\n"),
  text("a negative timestamp", "a 1 -5\n"),
  text("a timestamp that is too large", "a 1 9223372036854775808\n"),
  text("the largest timestamp", "a 1 9223372036854775807\n"),
  text("text after the timestamp", "a 1 5 x\n"),
  text("blanks after the value", "a 1  \n"),
  ...[
    "",
    "21,5",
    "0x1p-2",
    "0x10",
    "1_000",
    "1e400",
    "-1e400",
    "1e-400",
    "1.",
    ".5",
    ".",
    "+5",
    "--5",
    "1e",
    "1e+5",
    "INF",
    "-inf",
    "+Infinity",
    "infinit",
    "NAN",
    "-NaN",
    "+nan",
    "null",
    "true",
    "1f",
    "{1}",
    "1{",
    "٣",
  ].map((value) => text(`the value ${JSON.stringify(value)}`, `a ${value}\n`)),

  open("all types", GOOD_OPENMETRICS),
  open("nothing", ""),
  open("only the end", "# EOF"),
  open("no end", "# TYPE a gauge\na 1\n"),
  open("text after the end", "a 1\n# EOF\nb 2\n"),
  open("an empty line after the end", "a 1\n# EOF\n\n"),
  open("an empty line", "a 1\n\n# EOF\n"),
  open("a comment", "# hello\na 1\n# EOF\n"),
  open("two blanks before the value", "a  1\n# EOF\n"),
  open("a blank after the value", "a 1 \n# EOF\n"),
  open("a tab", "a\t1\n# EOF\n"),
  open("blanks in the braces", 'a{ b="c"} 1\n# EOF\n'),
  open("a comma at the end of the braces", 'a{b="c",} 1\n# EOF\n'),
  open("a label value with a line break", 'a{b="x\ny"} 1\n# EOF\n'),
  open("one label twice", 'a{b="c",b="d"} 1\n# EOF\n'),
  open("a type of the text format", "# TYPE a untyped\na 1\n# EOF\n"),
  open("a unit that is not the end of the name", "# UNIT a seconds\na 1\n# EOF\n"),
  open("an empty unit", "# UNIT a \na 1\n# EOF\n"),
  open("no help text", "# HELP a\na 1\n# EOF\n"),
  open("a negative timestamp with a fraction", "a 1 -5.5\n# EOF\n"),
  open("a timestamp that is not a number", "a 1 NaN\n# EOF\n"),
  open("an exemplar of a gauge", 'a 1 # {t="x"} 1\n# EOF\n'),
  open("an exemplar with empty labels", "a_total 1 # {} 1\n# EOF\n"),
  open("an exemplar without a value", 'a_total 1 # {t="x"}\n# EOF\n'),
  open("an exemplar with a timestamp that is not a number", "a_total 1 # {} 1 Inf\n# EOF\n"),
  open("two points of a series", 'a{b="1"} 1 100\na{b="1"} 2 101\n# EOF\n'),
  open("line breaks of Windows", "a 1\r\n# EOF\r\n"),
  open("a type twice", "# TYPE a gauge\na 1\n# TYPE a gauge\n# EOF\n"),
];

const PIECES = [
  "\n",
  " ",
  "\t",
  '"',
  "\\",
  "{",
  "}",
  ",",
  "=",
  "#",
  "# ",
  "1",
  "e",
  ".",
  "-",
  "a",
  "_",
  "NaN",
  "\r",
  "é",
  '="x"',
  "# EOF\n",
  " 5",
];

/** Good answers with one to three random changes. */
export function mutants(count: number, seed: number): readonly Served[] {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  return Array.from({ length: count }, (_, at) => {
    const isText = at % 2 === 0;
    let body = isText ? GOOD_TEXT : GOOD_OPENMETRICS;
    for (let changes = 1 + below(3); changes > 0; changes -= 1) {
      const position = below(body.length);
      const removed = below(3);
      const piece = below(4) === 0 ? "" : (PIECES[below(PIECES.length)] ?? "");
      body = body.slice(0, position) + piece + body.slice(position + removed);
    }
    return { contentType: isText ? TEXT : OPENMETRICS, body: Buffer.from(body) };
  });
}
