import { OffshootError } from "../../errors.ts";
import type { Deadline } from "../../deadline.ts";
import { found, type CheckFinding } from "../finding.ts";
import { expectMetrics, type WantedMetric } from "./expect.ts";
import { readExposition } from "./exposition.ts";

export interface ScrapeOptions {
  readonly url: URL;
  readonly wanted: readonly WantedMetric[];
  /** Sent as a bearer token. */
  readonly token?: string | undefined;
  /** How long to repeat the request while something is missing. */
  readonly deadline: Deadline;
  readonly signal?: AbortSignal | undefined;
  readonly fetch: typeof globalThis.fetch;
}

const PAUSE_MS = 500;
// A request can hang while the service starts. The next one then succeeds.
const ATTEMPT_MS = 5000;
// More than the answer of any real endpoint. An endless answer must not fill the memory.
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Requests the metrics until nothing is missing, since the service may still be starting. At the end of the time it returns
 * what is still missing. Throws `CANCELLED` when the caller aborts.
 */
export async function scrape(options: ScrapeOptions): Promise<readonly CheckFinding[]> {
  const { deadline } = options;
  for (;;) {
    const findings = await attempt(options);
    if (!findings.some(({ severity }) => severity === "error") || deadline.leftMs() <= PAUSE_MS) return findings;
    try {
      await deadline.pause(PAUSE_MS);
    } catch (thrown) {
      if (thrown instanceof OffshootError && thrown.code === "TIMED_OUT") return findings;
      throw thrown;
    }
  }
}

async function attempt({ url, wanted, token, signal, fetch }: ScrapeOptions): Promise<readonly CheckFinding[]> {
  const { name, target, authorization } = requestOf(url, token);
  const object = { kind: "endpoint", name } as const;
  try {
    const response = await fetch(target, {
      headers: { accept: "text/plain;version=0.0.4", ...(authorization === undefined ? {} : { authorization }) },
      signal: AbortSignal.any([...(signal === undefined ? [] : [signal]), AbortSignal.timeout(ATTEMPT_MS)]),
    });
    if (!response.ok) {
      await response.body?.cancel();
      return [found("endpoint-status", object, { status: String(response.status) })];
    }
    return expectMetrics(name, readExposition(await bodyOf(response)), wanted);
  } catch (thrown) {
    return [found("endpoint-unreachable", object, { why: reasonOf(thrown) })];
  }
}

/** Moves the credentials from the URL into a header: `fetch` rejects a URL with a password, and reports must not show it. */
function requestOf(url: URL, token: string | undefined): { name: string; target: URL; authorization: string | undefined } {
  const target = new URL(url);
  const { username, password } = target;
  target.username = "";
  target.password = "";
  const basic = username === "" ? undefined : `Basic ${btoa(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)}`;
  const name = `${target.origin}${target.pathname}`;
  return { name, target, authorization: token === undefined ? basic : `Bearer ${token}` };
}

async function bodyOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > MOST_BYTES) throw new Error("the answer does not end");
  }
  return text + decoder.decode();
}

/** The reason of a failed request: `fetch` itself reports only "fetch failed". */
function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown.name === "TimeoutError") return "no answer within 5 s";
  const { cause } = thrown;
  if (cause instanceof AggregateError)
    return cause.errors.map((error: unknown) => (error instanceof Error ? error.message : String(error))).join("; ");
  return cause instanceof Error && cause.message !== "" ? cause.message : thrown.message;
}
