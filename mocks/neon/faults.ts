import type { Neon } from "./neon.ts";
import { seededRandom } from "./identity.ts";
import type { Call, Reply } from "./reply.ts";

/** Something that goes wrong on purpose, as `POST /_control/faults` takes it. */
export interface FaultWish {
  /** Default: every method. */
  readonly method?: string;
  /** With names in place of ids, such as `/projects/{project_id}/branches`, or a path; `*` stands for anything. Default: every route. */
  readonly route?: string;
  /** How many calls it hits; default 1, -1 for all. */
  readonly times?: number;
  /** How many matching calls it lets pass first; default 0. */
  readonly skip?: number;
  /** How likely it hits a matching call, by a die of its own; default 1. */
  readonly probability?: number;
  /** Seed of that die; default 1. */
  readonly seed?: number;
  /** Milliseconds before the work; default 0. */
  readonly delayMs?: number;
  /** Milliseconds after the work, before the reply; default 0. */
  readonly replyDelayMs?: number;
  /** Break the connection before the work, or after it: then the work is done and the reply is lost. */
  readonly drop?: "before" | "after";
  /** Answer with this in place of the work; with `worked`, after it. */
  readonly status?: number;
  readonly worked?: boolean;
  readonly code?: string;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A body that is no JSON, sent as HTML, such as the page of a proxy. */
  readonly html?: string;
}

export interface Fault extends FaultWish {
  left: number;
  skipped: number;
  readonly roll: () => number;
}

export function addFault(neon: Neon, wish: FaultWish): void {
  neon.faults.push({ ...wish, left: wish.times ?? 1, skipped: 0, roll: seededRandom(wish.seed ?? 1) });
}

/** The fault that hits this call, if any; counts it. */
export function takeFault(neon: Neon, call: Call, route: string): Fault | undefined {
  return neon.faults.find((fault) => {
    if (fault.left === 0 || !matches(fault, call, route)) return false;
    if (fault.skipped < (fault.skip ?? 0)) {
      fault.skipped += 1;
      return false;
    }
    if (fault.roll() >= (fault.probability ?? 1)) return false;
    fault.left -= 1;
    return true;
  });
}

export function faultReply(fault: FaultWish, status: number, requestId: string): Reply {
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
