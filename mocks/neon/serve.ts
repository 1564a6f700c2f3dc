import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import { answer } from "./api.ts";
import { control } from "./control.ts";
import type { Neon } from "./neon.ts";
import { advance } from "./advance.ts";
import type { Outcome } from "./reply.ts";

const BASE = "/api/v2";

export interface ServeOptions {
  /** Default 0: a free port. */
  readonly port?: number;
  /** Milliseconds of delay of each reply; default 0. */
  readonly latencyMs?: number;
  /** Serves the API over TLS under this name, which clients must resolve to 127.0.0.1. Default: without TLS. */
  readonly tls?: { readonly name: string; readonly certificate: string; readonly key: string } | undefined;
}

/** A mock that listens on the loopback address. */
export interface Served {
  /** Base URL of the API, for `NEON_API_HOST`. */
  readonly url: string;
  /** The same without TLS, for the tests' own looks at the mock. */
  readonly plainUrl: string;
  /** Base URL of the control routes, without TLS. */
  readonly controlUrl: string;
  stop(): Promise<void>;
}

/** Serves the mock over HTTP to the processes of this machine. */
export async function serve(neon: Neon, { port = 0, latencyMs = 0, tls }: ServeOptions = {}): Promise<Served> {
  const handle: RequestListener = (request, response) => {
    void respond(neon, latencyMs, request, response).catch((thrown: unknown) => {
      console.error(thrown);
      response.destroy();
    });
  };
  const plain = createServer(handle);
  const secure = tls && createTlsServer({ cert: tls.certificate, key: tls.key }, handle);
  const servers = secure === undefined ? [plain] : [plain, secure];
  const origin = `http://127.0.0.1:${await listen(plain, secure === undefined ? port : 0)}`;
  const plainUrl = `${origin}${BASE}`;
  const url = secure === undefined ? plainUrl : `https://${tls?.name}:${await listen(secure, port)}${BASE}`;
  // With Postgres servers, the work of operations continues between two calls.
  const ticker = setInterval(() => advance(neon), neon.storage === undefined ? 1_000 : 15);
  ticker.unref();
  return {
    url,
    plainUrl,
    controlUrl: `${origin}/_control`,
    async stop() {
      clearInterval(ticker);
      await Promise.all(servers.map(close));
      await neon.storage?.end();
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

async function respond(neon: Neon, latencyMs: number, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const method = request.method ?? "GET";
  const body = await readJson(request);
  if (url.pathname.startsWith("/_control/")) return send(response, await control(neon, method, url.pathname.slice(10), body));
  if (!url.pathname.startsWith(`${BASE}/`))
    return send(response, { status: 404, body: { code: "", message: `This path does not exist. The API is below ${BASE}.` } });
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const outcome = await answer(neon, { method, path: url.pathname.slice(BASE.length), query: url.searchParams, headers, body });
  if (latencyMs > 0) await pause(latencyMs);
  send(response, outcome);
}

function send(response: ServerResponse, outcome: Outcome): void {
  if (outcome === "dropped") {
    response.destroy();
    return;
  }
  const { status, headers = {}, body } = outcome;
  const isText = typeof body === "string";
  response.writeHead(status, { ...(body === undefined ? {} : { "content-type": isText ? "text/html" : "application/json" }), ...headers });
  response.end(body === undefined ? undefined : isText ? body : JSON.stringify(body));
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return parseBody(Buffer.concat(chunks).toString());
}

/** The JSON of a request. Other text stays text, and is then refused as a wrong type. */
export function parseBody(sent: string): unknown {
  if (sent.trim() === "") return undefined;
  try {
    return JSON.parse(sent) as unknown;
  } catch {
    return sent;
  }
}
