import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkMetrics, type CheckMetricsOptions } from "../../../src/commands/check-metrics.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const HEADERS = { "content-type": "text/plain; version=0.0.4" };

const METRICS = `# TYPE nova_runs_total counter
nova_runs_total{state="ok"} 3
# TYPE nova_queue_depth gauge
`;

let answer: Answer;
let close: () => Promise<void>;
let port: number;

beforeEach(async () => {
  const server = createServer((request, response) => answer(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
  answer = (_, response) => response.writeHead(200, HEADERS).end(METRICS);
  close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
});
afterEach(() => close());

async function codes(options: Partial<CheckMetricsOptions> = {}): Promise<readonly string[]> {
  const { findings } = await checkMetrics({ url: `http://127.0.0.1:${port}/metrics`, within: "200ms", ...options });
  return findings.map(({ code, severity, object }) => `${severity} ${code} ${object.name}`);
}

test("an endpoint with all expected metrics has no findings", async () => {
  expect(await codes({ within: "10s", metrics: [{ name: "nova_runs_total", type: "counter" }] })).toEqual([]);
});

test("a metric that is missing, empty or of another type is an error, and an optional one is a warning", async () => {
  const metrics = [
    { name: "nova_runs_total", type: "gauge" },
    { name: "nova_queue_depth" },
    { name: "nova_skills_total" },
    { name: "nova_extra", optional: true },
  ];
  expect(await codes({ metrics })).toEqual([
    "error metric-type nova_runs_total",
    "error metric-empty nova_queue_depth",
    "error metric-missing nova_skills_total",
    "warning metric-missing nova_extra",
  ]);
});

test("the request is repeated while the service is starting", async () => {
  let requests = 0;
  answer = (_, response) => {
    requests += 1;
    if (requests === 1) response.writeHead(503).end();
    else if (requests === 2) response.writeHead(200, HEADERS).end("# starting\n");
    else response.writeHead(200, HEADERS).end(METRICS);
  };
  expect(await codes({ within: "10s", metrics: [{ name: "nova_runs_total" }] })).toEqual([]);
  expect(requests).toBe(3);
});

test.each<readonly [string, Answer, string]>([
  ["an error status", (_, response) => response.writeHead(404).end("no"), "endpoint-status"],
  ["an HTML page", (_, response) => response.writeHead(200, HEADERS).end("<html></html>"), "endpoint-format"],
  ["a closed connection", (request) => request.socket.destroy(), "endpoint-unreachable"],
  ["an answer that does not end", (_, response) => response.writeHead(200, HEADERS).write("a"), "endpoint-unreachable"],
  [
    "an answer that is shorter than it says",
    (request, response) => response.writeHead(200, { ...HEADERS, "content-length": "400" }).write("a 1\n", () => request.socket.destroy()),
    "endpoint-unreadable",
  ],
  [
    "a body that is not in its encoding",
    (_, response) => response.writeHead(200, { ...HEADERS, "content-encoding": "gzip" }).end("a 1\n"),
    "endpoint-unreadable",
  ],
])("%s has its own code", async (_, how, code) => {
  answer = how;
  expect(await codes()).toEqual([`error ${code} http://127.0.0.1:${port}/metrics`]);
});

test("an unused port is reported with the reason", async () => {
  await close();
  const { findings, failed } = await checkMetrics({ url: `http://127.0.0.1:${port}/metrics`, within: "100ms" });
  expect(findings).toMatchObject([{ code: "endpoint-unreachable", facts: { why: expect.stringContaining("ECONNREFUSED") } }]);
  expect(failed).toBe(true);
  close = () => Promise.resolve();
});

test("a slow endpoint ends with the time limit, and the reason says so", async () => {
  answer = () => {};
  const start = performance.now();
  const { findings } = await checkMetrics({ url: `http://127.0.0.1:${port}/metrics`, within: "700ms" });
  expect(performance.now() - start).toBeLessThan(3000);
  expect(findings).toMatchObject([{ facts: { why: expect.stringMatching(/^no complete answer within 0\.\d s|^no complete answer/) } }]);
});

test("what an answer lacked is reported although the end of the time cut the request after it short", async () => {
  let count = 0;
  answer = (_, response) => {
    count += 1;
    if (count === 1) response.writeHead(200, HEADERS).end(METRICS);
    else response.writeHead(200, HEADERS).write(METRICS);
  };
  const { findings } = await checkMetrics({ url: `http://127.0.0.1:${port}/metrics`, within: "1500ms", metrics: [{ name: "lacking" }] });
  expect(count).toBe(2);
  expect(findings).toMatchObject([{ code: "metric-missing", object: { name: "lacking" } }]);
});

test("a port that browsers block is an ordinary port", async () => {
  const { findings } = await checkMetrics({ url: "http://127.0.0.1:6000/metrics", within: "100ms" });
  expect(findings).toMatchObject([{ facts: { why: "connect ECONNREFUSED 127.0.0.1:6000" } }]);
});

test.each([[undefined], ["text/html; charset=utf-8"], ["application/json"]])("the Content-Type %j is an error", async (contentType) => {
  answer = (_, response) => response.writeHead(200, contentType === undefined ? {} : { "content-type": contentType }).end(METRICS);
  expect(await codes()).toEqual([`error endpoint-content-type http://127.0.0.1:${port}/metrics`]);
});

test("a semicolon at the end of the Content-Type is accepted, and two are not", async () => {
  let contentType = "text/plain; version=0.0.4;";
  answer = (_, response) => response.writeHead(200, { "content-type": contentType }).end(METRICS);
  expect(await codes()).toEqual([]);
  contentType += ";";
  expect(await codes()).toEqual([`error endpoint-content-type http://127.0.0.1:${port}/metrics`]);
});

test("a metric whose name lacks the ending that OpenMetrics adds is named as similar", async () => {
  const body = '# TYPE c counter\nc_total 1\n# TYPE build info\nbuild_info{v="1"} 1\n# EOF\n';
  answer = (_, response) => response.writeHead(200, { "content-type": "application/openmetrics-text; version=1.0.0" }).end(body);
  const metrics = [{ name: "c", type: "counter" }, { name: "build" }];
  const { findings } = await checkMetrics({ url: `http://127.0.0.1:${port}/metrics`, within: "100ms", metrics });
  expect(findings.map(({ code, facts }) => [code, facts])).toEqual([
    ["metric-missing", { nearest: "c_total" }],
    ["metric-missing", { nearest: "build_info" }],
  ]);
});

test("a compressed answer is read, and one that is too large in the end is an error", async () => {
  answer = (_, response) => response.writeHead(200, { ...HEADERS, "content-encoding": "gzip" }).end(gzipSync(METRICS));
  expect(await codes({ within: "10s", metrics: [{ name: "nova_runs_total" }] })).toEqual([]);
  const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024, "\n"));
  answer = (_, response) => response.writeHead(200, { ...HEADERS, "content-encoding": "gzip" }).end(bomb);
  const { findings } = await checkMetrics({ url: `http://127.0.0.1:${port}/metrics`, within: "12s" });
  expect(findings).toMatchObject([{ facts: { why: "the answer is larger than 64 MiB" } }]);
});

test("redirects are followed, without the credentials to another origin, and an endless one is an error", async () => {
  const heard: (string | undefined)[] = [];
  answer = (request, response) => {
    heard.push(request.headers.authorization);
    if (request.headers.host?.startsWith("localhost") === true) response.writeHead(200, HEADERS).end(METRICS);
    else response.writeHead(302, { location: `http://localhost:${port}/other` }).end();
  };
  expect(await codes({ url: `http://me:secret@127.0.0.1:${port}/metrics`, metrics: [{ name: "nova_runs_total" }] })).toEqual([]);
  expect(heard).toEqual([`Basic ${btoa("me:secret")}`, undefined]);
  answer = (_, response) => response.writeHead(302, { location: "/again" }).end();
  const { findings } = await checkMetrics({ url: `http://127.0.0.1:${port}/metrics`, within: "100ms" });
  expect(findings).toMatchObject([{ facts: { why: "more than 10 redirects" } }]);
});

test("credentials are sent, but are not in the findings", async () => {
  const heard: (string | undefined)[] = [];
  answer = (request, response) => {
    heard.push(request.headers.authorization);
    response.writeHead(401).end();
  };
  const env = { METRICS_URL: `http://me:s%40crets@127.0.0.1:${port}/metrics?key=hidden`, METRICS_TOKEN: "t0ken" };
  const basic = await codes({ url: "METRICS_URL", env });
  const bearer = await codes({ url: "METRICS_URL", env, token: "METRICS_TOKEN" });
  expect(heard).toContain(`Basic ${btoa("me:s@crets")}`);
  expect(heard).toContain("Bearer t0ken");
  expect([...basic, ...bearer]).toEqual(Array.from({ length: 2 }, () => `error endpoint-status http://127.0.0.1:${port}/metrics`));
});

test("the caller can abort", async () => {
  answer = (_, response) => response.writeHead(503).end();
  const signal = AbortSignal.timeout(100);
  await expect(checkMetrics({ url: `http://127.0.0.1:${port}/`, within: "1m", signal })).rejects.toMatchObject({ code: "CANCELLED" });
});

test.each([
  ["a URL", { url: "localhost:8000/metrics" }, "URL_INVALID", "The value of the argument <url> is not an HTTP URL"],
  ["a URL of HTTP", { url: "ftp://x/metrics" }, "URL_INVALID", "The URL given by the argument <url> is not an HTTP URL."],
  [
    "a variable that is set",
    { url: "NO_SUCH" },
    "URL_INVALID",
    "The environment variable NO_SUCH, named by the argument <url>, is not set.",
  ],
  ["a token that is set", { token: "NO_SUCH" }, "USAGE", "The environment variable NO_SUCH, named by --token, is not set."],
  ["a duration", { within: "soon" }, "USAGE", '"soon" is not a valid duration for --within.'],
])("requires %s", async (_, options, code, message) => {
  const failed = checkMetrics({ url: "http://127.0.0.1:1/", env: {}, ...options });
  await expect(failed).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
});
