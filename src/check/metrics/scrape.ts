import { OffshootError } from "../../errors.ts";
import type { Deadline } from "../../deadline.ts";
import { formatDuration } from "../../duration.ts";
import { found, type CheckFinding } from "../finding.ts";
import { formatOf } from "./content-type.ts";
import { expectMetrics, type WantedMetric } from "./expect.ts";
import { readExposition } from "./exposition.ts";
import { get, UnreadableAnswer } from "./request.ts";

export interface ScrapeOptions {
  readonly url: URL;
  readonly wanted: readonly WantedMetric[];
  /** Sent as a bearer token. */
  readonly token?: string | undefined;
  /** How long to repeat the request while something is missing. Also ends a request. */
  readonly deadline: Deadline;
  readonly signal?: AbortSignal | undefined;
}

const PAUSE_MS = 500;
// A request can hang while the service starts, and the next one then succeeds. Prometheus also waits 10 s by default.
const ATTEMPT_MS = 10_000;
// More than the answer of any real endpoint. An endless answer must not fill the memory.
const MOST_BYTES = 64 * 1024 * 1024;
/** What Prometheus 3 accepts, without the binary format. Also the escaping is requested as there. */
const ACCEPT =
  "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5," +
  "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

interface Attempt {
  readonly findings: readonly CheckFinding[];
  /** The end of the time ended the request sooner than its own limit. */
  readonly isCut?: boolean;
}

/**
 * Requests the metrics until nothing is missing, since the service may still be starting. At the end of the time it returns
 * what is still missing. Throws `CANCELLED` when the caller aborts.
 */
export async function scrape(options: ScrapeOptions): Promise<readonly CheckFinding[]> {
  const { deadline } = options;
  let before: readonly CheckFinding[] | undefined;
  for (;;) {
    const { findings, isCut } = await attempt(options);
    // The last request can have a part of a second. What the one before it saw says more than that it had no answer.
    if (isCut === true) return before ?? findings;
    if (!findings.some(({ severity }) => severity === "error") || deadline.leftMs() <= PAUSE_MS) return findings;
    before = findings;
    try {
      await deadline.pause(PAUSE_MS);
    } catch (thrown) {
      if (thrown instanceof OffshootError && thrown.code === "TIMED_OUT") return findings;
      throw thrown;
    }
  }
}

async function attempt({ url, wanted, token, deadline, signal }: ScrapeOptions): Promise<Attempt> {
  const { name, target, authorization } = requestOf(url, token);
  const object = { kind: "endpoint", name } as const;
  const limitMs = Math.max(1, Math.ceil(Math.min(ATTEMPT_MS, deadline.leftMs())));
  try {
    const answer = await get(target, {
      headers: {
        accept: ACCEPT,
        "accept-encoding": "gzip",
        "user-agent": "offshoot",
        "x-prometheus-scrape-timeout-seconds": String(limitMs / 1000),
        ...(authorization === undefined ? {} : { authorization }),
      },
      signal: AbortSignal.any([...(signal === undefined ? [] : [signal]), AbortSignal.timeout(limitMs)]),
      maxBytes: MOST_BYTES,
    });
    if (answer.status !== 200) return { findings: [found("endpoint-status", object, { status: String(answer.status) })] };
    const format = formatOf(answer.contentType);
    if (typeof format === "string") return { findings: [found("endpoint-content-type", object, { why: format })] };
    return { findings: expectMetrics(name, readExposition(answer.body, format), wanted) };
  } catch (thrown) {
    if (thrown instanceof UnreadableAnswer) return { findings: [found("endpoint-unreadable", object, { why: thrown.message })] };
    const isCut = limitMs < ATTEMPT_MS && thrown instanceof Error && thrown.name === "TimeoutError";
    return { findings: [found("endpoint-unreachable", object, { why: reasonOf(thrown, limitMs) })], isCut };
  }
}

/** Moves the credentials from the URL into a header, since reports must not show a password. */
function requestOf(url: URL, token: string | undefined): { name: string; target: URL; authorization: string | undefined } {
  const target = new URL(url);
  const { username, password } = target;
  target.username = "";
  target.password = "";
  const basic = username === "" ? undefined : `Basic ${btoa(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)}`;
  const name = `${target.origin}${target.pathname}`;
  return { name, target, authorization: token === undefined ? basic : `Bearer ${token}` };
}

/** The reason of a failed request. A host with several addresses has one reason for each. */
function reasonOf(thrown: unknown, limitMs: number): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown.name === "AbortError" || thrown.name === "TimeoutError") return `no complete answer within ${formatDuration(limitMs)}`;
  if (thrown instanceof AggregateError)
    return thrown.errors.map((error: unknown) => (error instanceof Error ? error.message : String(error))).join("; ");
  return thrown.message;
}
