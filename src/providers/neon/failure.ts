import { isOffshootError, OffshootError } from "../../errors.ts";

/** Facts of a failed call to Neon's API, on our error. `status` is 0 where no reply came. */
export interface CallFacts {
  readonly status: number;
  /** Neon's own `code`, which is mostly empty. */
  readonly neonCode: string;
  readonly neonMessage: string;
  readonly requestId: string | undefined;
  /** The system's code where no reply came, such as `ECONNREFUSED`. */
  readonly network: string | undefined;
  /** Milliseconds that Neon asks us to wait. */
  readonly retryAfterMs: number | undefined;
}

/** What the API's client throws, as far as we look. It also carries the key and passwords, so it never travels. */
interface Thrown {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly response?: { readonly status?: unknown; readonly data?: unknown; readonly headers?: unknown };
}

/** Our error for a failed call; `what` is a phrase such as "create the branch". `now` dates a Retry-After. */
export function callFailure(thrown: unknown, what: string, secrets: readonly string[], now: Date): OffshootError {
  const facts = readFacts(typeof thrown === "object" && thrown !== null ? thrown : {}, now);
  const { status, neonCode, neonMessage, requestId, network } = facts;
  const details = [status === 0 ? network : `HTTP ${status}`, neonCode, requestId && `request ${requestId}`].filter(Boolean).join(", ");
  const isRejected = status >= 400 && status < 500 && !PASSING.has(status);
  return new OffshootError(
    isRejected ? "PROVIDER_REJECTED" : "PROVIDER_OUTAGE",
    `Neon did not ${what}: ${neonMessage === "" ? "no usable reply" : neonMessage} (${details}).`,
    { remedy: remedyOf(status, neonMessage), facts: { ...facts }, secrets },
  );
}

/** The facts of a failed call, or undefined for any other thing thrown. */
export function factsOf(thrown: unknown): CallFacts | undefined {
  if (!isOffshootError(thrown) || typeof thrown.facts["status"] !== "number") return undefined;
  return thrown.facts as unknown as CallFacts;
}

/** 423 and 503 execute nothing (specification, GeneralError); neither does a call that the rate limit turned away. */
const PASSING: ReadonlySet<number> = new Set([423, 429, 503]);

/** Connections that were never made: nothing was sent. */
const NOT_SENT: ReadonlySet<string | undefined> = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/** Nothing was executed, and the same call may succeed a moment later. */
export function isPassing({ status, network }: CallFacts): boolean {
  return PASSING.has(status) || (status === 0 && NOT_SENT.has(network));
}

/** The reply is lost: Neon may have done the work all the same. */
export function isAmbiguous(facts: CallFacts): boolean {
  return (facts.status === 0 || facts.status >= 500) && !isPassing(facts);
}

export function isMissing({ status }: CallFacts): boolean {
  return status === 404;
}

/** A branch of that name exists. 409 as a rule; 422 was seen too (zaks-io/agent-paste issue 439). */
export function isNameTaken({ status, neonCode, neonMessage }: CallFacts): boolean {
  return neonCode === "BRANCH_ALREADY_EXISTS" || ((status === 409 || status === 422) && /branch .*already exists/i.test(neonMessage));
}

export function limitOf({ status, neonCode, neonMessage }: CallFacts): "branch-limit" | "root-branch-limit" | undefined {
  if (status !== 422 && status !== 402 && status !== 403) return undefined;
  if (neonCode === "ROOT_BRANCHES_LIMIT_EXCEEDED" || /root branches limit exceeded/i.test(neonMessage)) return "root-branch-limit";
  return neonCode === "BRANCHES_LIMIT_EXCEEDED" || /branches limit exceeded/i.test(neonMessage) ? "branch-limit" : undefined;
}

/** The specification's text still calls `expires_at` early access, so it may be refused where the rest would be taken. */
export function isExpiryRefused({ status, neonMessage }: CallFacts): boolean {
  return status >= 400 && status < 423 && /expir|early access/i.test(neonMessage);
}

export function isKeyRejected({ status }: CallFacts): boolean {
  return status === 401 || status === 403;
}

/** 422 while a branch is still being made. */
export function isNotReady({ status, neonMessage }: CallFacts): boolean {
  return status === 422 && /not ready/i.test(neonMessage);
}

export function hasChildren({ status, neonMessage }: CallFacts): boolean {
  return status === 422 && /children/i.test(neonMessage);
}

function readFacts({ code, message, response }: Thrown, now: Date): CallFacts {
  const status = typeof response?.status === "number" ? response.status : 0;
  const body = readBody(response?.data);
  const headers = (response?.headers ?? {}) as Readonly<Record<string, unknown>>;
  const network = status !== 0 ? undefined : typeof code === "string" ? code : "network error";
  return {
    status,
    neonCode: text(body["code"]),
    neonMessage: text(body["message"]) || (status === 0 && typeof message === "string" ? message : ""),
    requestId: text(body["request_id"]) || text(headers["x-neon-ret-request-id"]) || undefined,
    network,
    retryAfterMs: readRetryAfter(text(headers["retry-after"]), text(headers["date"]), now),
  };
}

/** Errors are flat; some preview routes nest them. A proxy's page is text, and says nothing worth showing. */
function readBody(data: unknown): Readonly<Record<string, unknown>> {
  if (typeof data !== "object" || data === null) return {};
  const nested = "error" in data ? data.error : undefined;
  return (typeof nested === "object" && nested !== null ? nested : data) as Readonly<Record<string, unknown>>;
}

/** Seconds or an HTTP date (RFC 9110); a date counts from the server's own clock where the reply tells it. */
export function readRetryAfter(value: string, date: string, now: Date): number | undefined {
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const until = Date.parse(value);
  if (Number.isNaN(until)) return undefined;
  const server = Date.parse(date);
  return Math.max(0, until - (Number.isNaN(server) ? now.getTime() : server));
}

function remedyOf(status: number, message: string): string | undefined {
  if (status === 401) return "Check that NEON_API_KEY is right, not revoked, and of the project's account.";
  if (status === 403) return "Use a key that may change this project, such as a project-scoped one.";
  if (status === 404 && /project/i.test(message)) return "Check NEON_PROJECT_ID (or neon.project) and the account of NEON_API_KEY.";
  if (status === 412) return "Let the project store its passwords (Neon, project settings), or name another role as neon.role.";
  if (status === 429) return "Other jobs share the account's rate limit: try again in a minute.";
  if (status === 423) return "Neon was busy with other operations of the project: try again in a minute.";
  if (/suspend/i.test(message)) return "Leave neon.compute.suspend out: the plan may not allow it.";
  return status === 0 || status >= 500 ? "Try again; if it stays, check the network and Neon's status page." : undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
