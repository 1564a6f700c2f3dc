import { seededRandom } from "./id-generator.ts";
import type { Call, Reply } from "./reply.ts";

/** A fault for the mock to inject, as `POST /_control/faults` accepts it. */
export interface FaultRequest {
  /** Default: every method. */
  readonly method?: string;
  /** With names in place of ids, such as `/projects/{project_id}/branches`, or a path; `*` matches any text. Default: every route. */
  readonly route?: string;
  /** The number of calls that it affects; default 1, -1 for all. */
  readonly times?: number;
  /** The number of matching calls before the first fault; default 0. */
  readonly skip?: number;
  /** The probability that it affects a matching call; default 1. */
  readonly probability?: number;
  /** Seed of that probability; default 1. */
  readonly seed?: number;
  /** Milliseconds before the work; default 0. */
  readonly delayMs?: number;
  /** Milliseconds after the work, before the reply; default 0. */
  readonly replyDelayMs?: number;
  /** Closes the connection before the work, or after it: then the work is done and the reply is lost. */
  readonly drop?: "before" | "after";
  /** Answers with this status instead of the work; with `worked`, after the work. */
  readonly status?: number;
  readonly worked?: boolean;
  readonly code?: string;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A body that is not JSON, sent as HTML, such as the page of a proxy. */
  readonly html?: string;
}

export interface Fault extends FaultRequest {
  left: number;
  skipped: number;
  readonly random: () => number;
}

export function addFault(faults: Fault[], request: FaultRequest): void {
  faults.push({ ...request, left: request.times ?? 1, skipped: 0, random: seededRandom(request.seed ?? 1) });
}

/** The fault for this call, if any. Counts it. */
export function takeFault(faults: readonly Fault[], call: Call, route: string): Fault | undefined {
  return faults.find((fault) => {
    if (fault.left === 0 || !matches(fault, call, route)) return false;
    if (fault.skipped < (fault.skip ?? 0)) {
      fault.skipped += 1;
      return false;
    }
    if (fault.random() >= (fault.probability ?? 1)) return false;
    fault.left -= 1;
    return true;
  });
}

export function faultReply(fault: FaultRequest, status: number, requestId: string): Reply {
  const headers = fault.headers ?? {};
  if (fault.html !== undefined) return { status, headers: { "content-type": "text/html", ...headers }, body: fault.html };
  return { status, headers, body: { request_id: requestId, code: fault.code ?? "", message: fault.message ?? "injected failure" } };
}

function matches(fault: Fault, call: Call, route: string): boolean {
  if (fault.method !== undefined && fault.method !== call.method) return false;
  if (fault.route === undefined) return true;
  const pattern = new RegExp(`^${fault.route.split("*").map(escape).join(".*")}$`);
  return pattern.test(route) || pattern.test(call.path);
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
