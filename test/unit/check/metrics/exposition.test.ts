import { describe, expect, test } from "vitest";
import { readExposition } from "../../../../src/check/metrics/exposition.ts";

const GOOD = `# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"}    3 1395066363000

# Escaping in label values:
msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find file:\\n\\"FILE.TXT\\""} 1.458255915e9
metric_without_timestamp_and_labels 12.47
something_weird{problem="division by zero"} +Inf -3982045
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{le="0.05"} 24054
http_request_duration_seconds_bucket{le="+Inf"} 144320
http_request_duration_seconds_sum 53423
http_request_duration_seconds_count 144320
# TYPE queue_depth gauge
`;

test("reads families, types and values of the text format, and metrics that are only declared", () => {
  const { metrics, problem } = readExposition(GOOD);
  expect(problem).toBeUndefined();
  expect(Object.fromEntries(metrics)).toEqual({
    http_requests_total: { type: "counter", samples: 2 },
    msdos_file_access_time_seconds: { type: "untyped", samples: 1 },
    metric_without_timestamp_and_labels: { type: "untyped", samples: 1 },
    something_weird: { type: "untyped", samples: 1 },
    http_request_duration_seconds: { type: "histogram", samples: 4 },
    queue_depth: { type: "gauge", samples: 0 },
  });
});

test("reads an OpenMetrics counter, which is declared without the suffix of its values", () => {
  const { metrics } = readExposition(
    '# TYPE runs counter\n# UNIT runs\nruns_total{a="b",} 1 # {trace="x"} 0.5\nruns_created 1.5e9\n# EOF\n',
  );
  expect(Object.fromEntries(metrics)).toEqual({ runs_total: { type: "counter", samples: 2 } });
});

describe("a line for which Prometheus rejects the whole answer", () => {
  test.each([
    ["<html>", 1, "not a comment and not a value"],
    ["a 1\nb one", 2, "not a comment and not a value"],
    ['a{b="c} 1', 1, "not a comment and not a value"],
    ["a 1\na 2", 2, "second value for a"],
    ['a{b="c"} 1\na{b="c"} 1', 2, 'second value for a{b="c"}'],
    ["# TYPE a counter\n# TYPE a gauge", 2, "second type for a"],
    ["a 1\n# TYPE a gauge", 2, "the type of a comes after its values"],
    ["# TYPE a number", 1, "unknown type number"],
  ])("%j", (text, line, why) => {
    expect(readExposition(text).problem).toMatchObject({ line, why });
  });
});

test("reads a large answer and a long invalid line fast", () => {
  const many = Array.from({ length: 50_000 }, (_, at) => `m${at % 500}{id="${at}"} ${at}`).join("\n");
  expect(readExposition(many).metrics.size).toBe(500);
  expect(readExposition(`a{${'b="c",'.repeat(20_000)}`).problem).toMatchObject({ line: 1 });
});
