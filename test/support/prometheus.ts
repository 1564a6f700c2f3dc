import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deadline } from "../../src/deadline.ts";
import { freePort } from "../../src/providers/local/cluster/start.ts";
import { findPeer } from "./peers.ts";

/** An answer of a metrics endpoint. */
export interface Served {
  readonly contentType: string;
  readonly body: Uint8Array;
}

interface Target {
  readonly health: "up" | "down" | "unknown";
  readonly lastError: string;
  readonly discoveredLabels: Readonly<Record<string, string>>;
}

/**
 * Lets a real Prometheus scrape each answer once. Returns its errors in the same order: an empty text where it accepts the
 * answer. Undefined when Prometheus is not installed; a line reports that then.
 */
export async function scrapeWithPrometheus(answers: readonly Served[]): Promise<readonly string[] | undefined> {
  const binary = findPeer("prometheus");
  if (binary === undefined) return undefined;
  const endpoint = createServer((request, response) => {
    const answer = answers[Number(request.url?.slice(1))];
    response.writeHead(200, { "content-type": answer?.contentType ?? "text/plain" }).end(answer?.body);
  }).listen(0, "127.0.0.1");
  await once(endpoint, "listening");
  const address = `127.0.0.1:${(endpoint.address() as AddressInfo).port}`;
  const home = await mkdtemp(join(tmpdir(), "offshoot-prometheus-"));
  const targets = answers.map((_, at) => ({ targets: [address], labels: { __metrics_path__: `/${at}`, at: String(at) } }));
  // JSON is valid YAML.
  const jobs = [{ job_name: "cases", scrape_interval: "2s", scrape_timeout: "2s", static_configs: targets }];
  await writeFile(join(home, "prometheus.yml"), JSON.stringify({ scrape_configs: jobs }));
  const port = await freePort();
  const flags = [`--config.file=${home}/prometheus.yml`, `--storage.tsdb.path=${home}/data`, `--web.listen-address=127.0.0.1:${port}`];
  const server = spawn(binary, flags, { stdio: "ignore" });
  const ended = once(server, "exit");
  try {
    return await errorsOf(port, answers.length);
  } finally {
    server.kill("SIGKILL");
    await ended;
    endpoint.close();
    endpoint.closeAllConnections();
    await rm(home, { recursive: true, force: true });
  }
}

const NOT_READ = /^Get "|context deadline exceeded/;

async function errorsOf(port: number, count: number): Promise<readonly string[]> {
  const limit = deadline("Prometheus has scraped each case", 60_000);
  for (;;) {
    await limit.pause(250);
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/targets?state=active`).catch(() => undefined);
    if (response?.ok !== true) continue;
    const { data } = (await response.json()) as { data: { activeTargets: readonly Target[] } };
    // On a busy machine a request takes longer than the limit. It says nothing about the answer, and is repeated.
    const scraped = data.activeTargets.filter(({ health, lastError }) => health !== "unknown" && !NOT_READ.test(lastError));
    if (scraped.length < count) continue;
    const byPath = new Map(scraped.map((target) => [target.discoveredLabels["__metrics_path__"], target.lastError]));
    return Array.from({ length: count }, (_, at) => byPath.get(`/${at}`) ?? "not scraped");
  }
}
