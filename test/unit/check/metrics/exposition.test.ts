import { describe, expect, test } from "vitest";
import { formatOf } from "../../../../src/check/metrics/content-type.ts";
import { type Exposition, readExposition } from "../../../../src/check/metrics/exposition.ts";

const TEXT = { kind: "text", quotedNames: false } as const;
const OPENMETRICS = { kind: "openmetrics", quotedNames: false } as const;

function readText(text: string): Exposition {
  return readExposition(Buffer.from(text), TEXT);
}

const GOOD = `# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"}    3 1395066363000

# Escaping in label values:
msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find file:\\n\\"FILE.TXT\\""} 1.458255915e9
metric_without_timestamp_and_labels 12.47
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{le="0.05"} 24054
http_request_duration_seconds_bucket{le="+Inf"} 144320
http_request_duration_seconds_sum 53423
http_request_duration_seconds_count 144320
# TYPE queue_depth gauge
`;

test("reads types and values by the names that queries use, and metrics that are only declared", () => {
  const { metrics, problem } = readText(GOOD);
  expect(problem).toBeUndefined();
  expect(Object.fromEntries(metrics)).toEqual({
    http_requests_total: { type: "counter", samples: 2 },
    msdos_file_access_time_seconds: { type: "untyped", samples: 1 },
    metric_without_timestamp_and_labels: { type: "untyped", samples: 1 },
    http_request_duration_seconds: { type: "histogram", samples: 4 },
    http_request_duration_seconds_bucket: { type: "histogram", samples: 2 },
    http_request_duration_seconds_sum: { type: "histogram", samples: 1 },
    http_request_duration_seconds_count: { type: "histogram", samples: 1 },
    queue_depth: { type: "gauge", samples: 0 },
  });
});

test("finds OpenMetrics counters and infos under the names of their values", () => {
  const text =
    '# TYPE runs counter\nruns_total{a="b"} 1 # {trace="x"} 0.5\n# TYPE build info\nbuild_info{v="1"} 1\n# TYPE jobs counter\n# EOF\n';
  const { metrics } = readExposition(Buffer.from(text), OPENMETRICS);
  expect(Object.fromEntries(metrics)).toEqual({
    runs_total: { type: "counter", samples: 1 },
    build_info: { type: "info", samples: 1 },
    jobs: { type: "counter", samples: 0 },
    jobs_total: { type: "counter", samples: 0 },
  });
});

test("reads quoted names, which Prometheus 3 adds", () => {
  const text = '# TYPE "http.server.duration" gauge\n{"http.server.duration","http.method"="GET"} 1.5\n';
  const { metrics } = readExposition(Buffer.from(text), { kind: "text", quotedNames: true });
  expect(Object.fromEntries(metrics)).toEqual({ "http.server.duration": { type: "gauge", samples: 1 } });
  expect(readText(text).problem).toMatchObject({ line: 1, why: "expected a metric name" });
});

/** The names and label names of the only sample; a text says why it was rejected. `body` is one line. */
function readQuoted(body: string, kind: "text" | "openmetrics"): readonly string[] | string {
  const bytes = Buffer.from(`${body}\n${kind === "openmetrics" ? "# EOF\n" : ""}`);
  const { metrics, problem } = readExposition(bytes, { kind, quotedNames: true });
  return problem === undefined ? [...metrics.keys()] : problem.why;
}

// One case for each rule of the quoting syntax (Prometheus documentation, "UTF-8 in Prometheus" and "Exposition formats",
// text format 1.0.0; OpenMetrics with `escaping=allow-utf-8`).
describe.each(["text", "openmetrics"] as const)("a quoted name in the format %s", (kind) => {
  test.each([
    ["is the first part of the braces", '{"a.b"} 1', ["a.b"]],
    ["is followed by labels", '{"a.b",c="d"} 1', ["a.b"]],
    ["can have labels with quoted names", '{"a.b","c.d"="e",f="g"} 1', ["a.b"]],
    ["of a label can be beside a plain name", 'a{"c.d"="e"} 1', ["a"]],
    ["can have a plain form", '{"a"} 1', ["a"]],
    ["can contain blanks", '{"a b"} 1', ["a b"]],
    ["can contain letters of any language", '{"größe.日本"} 1', ["größe.日本"]],
    ["can contain an escaped quote", '{"a\\"b"} 1', ['a"b']],
    ["can contain an escaped backslash", '{"a\\\\b"} 1', ["a\\b"]],
    ["can contain an escaped line break", '{"a\\nb"} 1', ["a\nb"]],
    ["can contain braces and a comma", '{"a{b},c"} 1', ["a{b},c"]],
    ["has its type under the same name", '# TYPE "a.b" gauge\n{"a.b"} 1', ["a.b"]],
    ["can have a help text", '# HELP "a.b" A text.\n{"a.b"} 1', ["a.b"]],
  ])("%s", (_, line, names) => {
    expect(readQuoted(line, kind)).toEqual(names);
  });

  test.each([
    ["without braces", '"a.b" 1'],
    ["that is not quoted", "a.b 1"],
    ["beside a plain name", 'a{"b.c"} 1'],
    ["beside another", '{"a.b","c.d"} 1'],
    ["only of a label", '{"c.d"="e"} 1'],
    ["of a plain label", '{c="d"} 1'],
    ["that does not end", '{"a.b} 1'],
    ["of a label twice", '{"a.b","c"="d",c="e"} 1'],
    ["without a value", '{"a.b"}'],
    ["with a label that is not quoted", '{"a.b",c.d="e"} 1'],
  ])("%s is rejected", (_, line) => {
    expect(readQuoted(line, kind)).toEqual(expect.any(String));
  });
});

test("a comma at the end of the braces belongs to the text format", () => {
  expect(readQuoted('{"a.b",} 1', "text")).toEqual(["a.b"]);
});

test("a quoted name is rejected where the Content-Type names no escaping", () => {
  expect(readText('{"a.b"} 1\n').problem).toBeDefined();
  expect(readExposition(Buffer.from('{"a.b"} 1\n# EOF\n'), OPENMETRICS).problem).toBeDefined();
});

describe("a line for which Prometheus rejects the whole answer", () => {
  test.each([
    ["<html>", 1, "expected a comment or a metric name"],
    ["a 1\nb one", 2, '"one" is not a number'],
    ['a{b="c} 1', 1, "expected a quoted label value"],
    ['a{b="c",b="d"} 1', 1, "the label b is there twice"],
    ["# TYPE a number", 1, '"number" is not a type of this format'],
    ["  a 1", 1, "blanks before a metric name"],
    ["a 1e999", 1, '"1e999" is not a number'],
    ["a 1 99999999999999999999", 1, '"99999999999999999999" is too large for a timestamp'],
    ['a{b="x\ny"} 1\nb', 3, "expected a value"],
  ])("names line and reason of %j", (text, line, why) => {
    expect(readText(text).problem).toMatchObject({ line, why });
  });
});

test("what Prometheus accepts but does not read as it was meant is a warning", () => {
  const { problem, warnings } = readText("a 1\na 1\n# TYPE a gauge\n# TYPE a counter\n");
  expect(problem).toBeUndefined();
  expect(warnings).toEqual([
    { code: "series-twice", name: "a", line: 2 },
    { code: "type-late", name: "a", line: 3 },
    { code: "type-twice", name: "a", line: 4 },
  ]);
});

test("reads a large answer and a long invalid line fast", () => {
  const many = Array.from({ length: 50_000 }, (_, at) => `m${at % 500}{id="${at}"} ${at}`).join("\n");
  expect(readText(many).metrics.size).toBe(500);
  expect(readText(`a{${'b="c",'.repeat(20_000)}`).problem).toMatchObject({ line: 1 });
});

describe("the Content-Type of an answer, as Prometheus 3 reads it", () => {
  test.each([
    ["text/plain", { kind: "text", quotedNames: false }],
    ["text/plain; version=0.0.4; charset=utf-8", { kind: "text", quotedNames: false }],
    ["text/plain; version=1.0.0; escaping=allow-utf-8", { kind: "text", quotedNames: true }],
    ["Text/Plain;version=0.0.4", { kind: "text", quotedNames: false }],
    ["application/openmetrics-text; version=1.0.0; charset=utf-8", { kind: "openmetrics", quotedNames: false }],
    ["application/openmetrics-text; version=1.0.0; escaping=allow-utf-8", { kind: "openmetrics", quotedNames: true }],
    ["text/html", "the Content-Type is text/html"],
    ["application/json; charset=utf-8", "the Content-Type is application/json"],
    ["", "the answer has no Content-Type"],
    [null, "the answer has no Content-Type"],
    ["text/plain; version", 'the Content-Type "text/plain; version" is not valid'],
    ["text/plain; version=0.0.4; version=1", 'the Content-Type "text/plain; version=0.0.4; version=1" is not valid'],
  ])("%j", (header, format) => {
    expect(formatOf(header)).toEqual(format);
  });
});
