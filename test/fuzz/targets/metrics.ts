import * as fc from "fast-check";
import { formatOf } from "../../../src/check/metrics/content-type.ts";
import { expectMetrics } from "../../../src/check/metrics/expect.ts";
import { readExposition } from "../../../src/check/metrics/exposition.ts";
import { changedText, hostileText } from "../hostile.ts";
import { target } from "../target.ts";

const TEXT = `# HELP http_requests_total Requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"} 3
# TYPE request_seconds histogram
request_seconds_bucket{le="0.05"} 24054
request_seconds_bucket{le="+Inf"} 144320
request_seconds_sum 53423
request_seconds_count 144320
`;
const OPEN_METRICS = `# TYPE acme counter
# UNIT acme_seconds seconds
acme_total{a="b"} 1.0 1520879607.789 # {trace_id="abc"} 0.67
# TYPE up info
up_info{"quoted.name"="x"} 1
# EOF
`;
const WORDS = [
  "# TYPE ",
  "# HELP ",
  "# EOF\n",
  "{",
  "}",
  '"',
  '\\"',
  "=",
  ",",
  " ",
  "\n",
  "NaN",
  "+Inf",
  "1e400",
  "0x1p3",
  "_total",
  "counter",
  "stateset",
  '{"a.b"}',
  " # {} 1",
  "99999999999999999999",
];
const TYPES = [
  "text/plain; version=0.0.4",
  "text/plain;version=1.0.0;escaping=allow-utf-8",
  "application/openmetrics-text; version=1.0.0",
  "text/html",
  "",
];

export const metrics = target({
  name: "metrics",
  input: fc.record({
    text: changedText([TEXT, OPEN_METRICS], WORDS),
    bytes: fc.uint8Array({ maxLength: 20 }),
    type: fc.oneof(fc.constantFrom(...TYPES, null), changedText(TYPES, [";", "=", "version", '"', "charset"])),
    wanted: fc.array(
      fc.record({ name: fc.oneof(hostileText, fc.constant("http_requests_total")), type: fc.constantFrom(undefined, "counter", "gauge") }),
      { maxLength: 3 },
    ),
  }),
  read({ text, bytes, type, wanted }) {
    const format = formatOf(type);
    const body = Buffer.concat([Buffer.from(text), bytes]);
    return (
      typeof format === "string"
        ? [{ kind: "text", quotedNames: true } as const, { kind: "openmetrics", quotedNames: false } as const]
        : [format]
    ).map((each) => expectMetrics("http://localhost/metrics", readExposition(body, each), wanted));
  },
});
