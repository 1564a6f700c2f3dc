import { isOffshootError, OffshootError } from "../../errors.ts";
import { capacityOf } from "./compute-problems.ts";
import { WRONG_REPLY } from "./replies.ts";

/** Facts of a failed API call, as the error's `facts`. `status` is 0 if no reply arrived. */
export interface CallFacts {
  readonly status: number;
  /** Neon's own `code`, which is usually empty. */
  readonly neonCode: string;
  readonly neonMessage: string;
  /** The body has the form of Neon's errors: a `code`, which is usually empty, and a `message` (specification, GeneralError). */
  readonly isInForm: boolean;
  readonly requestId: string | undefined;
  /** The system's error code if no reply arrived, such as `ECONNREFUSED`. */
  readonly network: string | undefined;
  /** No connection was made, so nothing was sent. */
  readonly isNeverSent: boolean;
  /** The milliseconds to wait, from the header Retry-After. */
  readonly retryAfterMs: number | undefined;
}

/** The error of Neon's client. It also holds the key and passwords, so only its facts are kept. */
interface ClientError {
  readonly code?: unknown;
  readonly message?: unknown;
  /** Of a reply with a wrong body. */
  readonly headers?: unknown;
  readonly response?: { readonly status?: unknown; readonly data?: unknown; readonly headers?: unknown };
}

/**
 * The error for a failed call. `what` is a phrase such as "create the branch"; `now` is the start of a Retry-After date;
 * `isConnected`: a connection was made, so that Neon can have got the request.
 */
export function apiError(thrown: unknown, what: string, secrets: readonly string[], now: Date, isConnected = true): OffshootError {
  const read = readFacts(typeof thrown === "object" && thrown !== null ? thrown : {}, now);
  const facts = { ...read, isNeverSent: read.isNeverSent || (read.status === 0 && !isConnected) };
  const { status, neonCode, neonMessage, requestId, network } = facts;
  const details = [status === 0 ? network : `HTTP ${status}`, neonCode, requestId && `request ${requestId}`].filter(Boolean).join(", ");
  const isRejected = (status >= 400 && status < 500 && !TRANSIENT.has(status)) || isCertificateRefused(facts);
  return new OffshootError(
    isRejected ? "PROVIDER_REJECTED" : "PROVIDER_OUTAGE",
    `Neon did not ${what}: ${neonMessage === "" ? "the reply is not in the form of Neon's errors" : neonMessage.replace(/\.$/, "")} (${details}).`,
    { ...adviceFor(facts), facts: { ...facts }, secrets },
  );
}

/** The facts of a failed API call; undefined for every other error. */
export function factsOf(thrown: unknown): CallFacts | undefined {
  if (!isOffshootError(thrown) || typeof thrown.facts["status"] !== "number") return undefined;
  return thrown.facts as unknown as CallFacts;
}

/** Neon executes nothing for 423 and 503 (specification, GeneralError), and nothing for 429. */
const TRANSIENT: ReadonlySet<number> = new Set([423, 429, 503]);

/** The connection was never made, so nothing was sent. */
const NOT_SENT: ReadonlySet<string | undefined> = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/** Neon executed nothing, and the same call may succeed a moment later. */
export function isTransient(facts: CallFacts): boolean {
  return TRANSIENT.has(facts.status) || (facts.isNeverSent && !isCertificateRefused(facts));
}

/** The reply was lost: Neon may have executed the call. */
export function isAmbiguous(facts: CallFacts): boolean {
  return (facts.status === 0 || facts.status >= 500) && !isTransient(facts) && !isCertificateRefused(facts);
}

/** The codes of OpenSSL and Node.js for a certificate that was not accepted. Then no request was sent, and none will be. */
const CERTIFICATE =
  /^(?:CERT_|UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED_CERT|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|ERR_TLS_CERT)/;

/** Node.js did not accept the certificate of the server that answered. */
function isCertificateRefused({ status, network }: CallFacts): boolean {
  return status === 0 && CERTIFICATE.test(network ?? "");
}

/** The same of what Neon's client throws. */
export function isLostReply(thrown: unknown): boolean {
  return isAmbiguous(readFacts(typeof thrown === "object" && thrown !== null ? thrown : {}, new Date(0)));
}

/** The reply is too large or is not what Neon's API sends. Its request counts as one with a lost reply. */
export function isWrongReply({ status, network }: CallFacts): boolean {
  return status === 0 && (network === WRONG_REPLY || network === "ERR_BAD_RESPONSE");
}

/** An error that Neon cannot have sent, such as the page of a proxy. After a request that creates something it proves nothing. */
export function isFormless({ status, isInForm }: CallFacts): boolean {
  return status !== 0 && !isInForm;
}

/**
 * A request that creates something may have been executed, and another one may succeed: its reply was lost, or something between
 * this machine and Neon has sent a reply by which Neon itself would report that it has executed nothing.
 */
export function isCreateLost(facts: CallFacts): boolean {
  return isAmbiguous(facts) || (isFormless(facts) && isTransient(facts));
}

export function isMissing({ status }: CallFacts): boolean {
  return status === 404;
}

/** A branch with that name exists. Neon answers 409; 422 was seen too (zaks-io/agent-paste issue 439). */
export function isNameTaken({ status, neonCode, neonMessage }: CallFacts): boolean {
  return neonCode === "BRANCH_ALREADY_EXISTS" || ((status === 409 || status === 422) && /branch .*already exists/i.test(neonMessage));
}

export function limitOf({ status, neonCode, neonMessage }: CallFacts): "branch-limit" | "root-branch-limit" | undefined {
  if (status !== 422 && status !== 402 && status !== 403) return undefined;
  if (neonCode === "ROOT_BRANCHES_LIMIT_EXCEEDED" || /root branches limit exceeded/i.test(neonMessage)) return "root-branch-limit";
  return neonCode === "BRANCHES_LIMIT_EXCEEDED" || /branches limit exceeded/i.test(neonMessage) ? "branch-limit" : undefined;
}

/** The request names the field `annotation_value`. */
export function isTagRefused({ status, neonCode, neonMessage }: CallFacts): boolean {
  return (status === 400 || status === 422) && /annotation/i.test(`${neonCode} ${neonMessage}`);
}

/** `hard_delete` is a preview (specification, deleteProjectBranch). */
export function isHardDeleteRefused({ status, neonCode, neonMessage }: CallFacts): boolean {
  return status >= 400 && status < 423 && /hard[_ -]?delet/i.test(`${neonCode} ${neonMessage}`);
}

export function isKeyRejected({ status }: CallFacts): boolean {
  return status === 401 || status === 403;
}

/** The parent is still being created. */
export function isNotReady({ status, neonMessage }: CallFacts): boolean {
  return status === 422 && /not ready/i.test(neonMessage);
}

export function hasChildren({ status, neonMessage }: CallFacts): boolean {
  return status === 422 && /children/i.test(neonMessage);
}

function readFacts({ code, message, response, headers: sentHeaders }: ClientError, now: Date): CallFacts {
  const status = typeof response?.status === "number" ? response.status : 0;
  const body = readBody(response?.data);
  const headers = (response?.headers ?? sentHeaders ?? {}) as Readonly<Record<string, unknown>>;
  const network = status !== 0 ? undefined : typeof code === "string" ? code : "network error";
  return {
    status,
    neonCode: text(body["code"]),
    isInForm: typeof body["code"] === "string" && typeof body["message"] === "string",
    neonMessage: text(body["message"]) || (status === 0 && typeof message === "string" ? message : ""),
    requestId: text(body["request_id"]) || text(headers["x-neon-ret-request-id"]) || undefined,
    network,
    isNeverSent: status === 0 && NOT_SENT.has(network),
    retryAfterMs: readRetryAfter(text(headers["retry-after"]), text(headers["date"]), now),
  };
}

/** Error bodies are flat, and nested for some preview routes. The page of a proxy is text and is never shown. */
function readBody(data: unknown): Readonly<Record<string, unknown>> {
  if (typeof data !== "object" || data === null) return {};
  const nested = "error" in data ? data.error : undefined;
  return (typeof nested === "object" && nested !== null ? nested : data) as Readonly<Record<string, unknown>>;
}

/** Seconds or an HTTP date (RFC 9110). A date is compared with the `Date` header of the reply, or with our clock. */
export function readRetryAfter(value: string, date: string, now: Date): number | undefined {
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const until = Date.parse(value);
  if (Number.isNaN(until)) return undefined;
  const server = Date.parse(date);
  return Math.max(0, until - (Number.isNaN(server) ? now.getTime() : server));
}

/** What the error means if Neon's message does not say it, and what to do. */
function adviceFor(facts: CallFacts): { readonly meaning?: string; readonly remedy?: string } {
  const { status, neonMessage: message } = facts;
  const capacity = capacityOf(facts);
  if (capacity !== undefined) return { meaning: capacity.meaning, remedy: capacity.remedy };
  if (isCertificateRefused(facts))
    return {
      meaning: "Node.js does not trust the certificate of the server that answered, so the API key was not sent.",
      remedy:
        "If your network has an authority of its own, set NODE_EXTRA_CA_CERTS to its file. Otherwise check NEON_API_HOST (neon.apiHost) and the clock of this machine.",
    };
  if (status === 401)
    return {
      meaning: /expired/i.test(message) ? "The API key has expired." : "Neon does not accept the API key.",
      remedy:
        "Set NEON_API_KEY to a valid API key of the account that owns the project. Create one in Neon under Account settings > API keys.",
    };
  if (status === 403)
    return {
      meaning: "The API key has no permission for this.",
      remedy: "Set NEON_API_KEY to a key that can change this project, such as a project-scoped key.",
    };
  if (status === 404 && /project/i.test(message)) return { remedy: PROJECT_REMEDY };
  if (status === 412) return WITHOUT_PASSWORDS;
  if (status === 429)
    return { meaning: "All jobs of the account together sent too many requests.", remedy: "Wait a minute, then run the command again." };
  if (status === 423)
    return { meaning: "Neon was running other operations of the project.", remedy: "Wait a minute, then run the command again." };
  if (/suspend/i.test(message))
    return {
      meaning: "The plan of the Neon account does not allow another suspend time.",
      remedy: "Remove the setting neon.compute.suspend (OFFSHOOT_NEON_COMPUTE_SUSPEND).",
    };
  if (isWrongReply(facts) || (message === "" && status < 500))
    return { meaning: "The reply is not from Neon's API, or was changed on the way.", remedy: PROXY_REMEDY };
  if (status === 0 || status >= 500)
    return {
      remedy: facts.isInForm
        ? "Run the command again. If it fails again, check https://neonstatus.com."
        : "Run the command again. If it fails again, check the network and any proxy, NEON_API_HOST (neon.apiHost) if it is set, and https://neonstatus.com.",
    };
  return { remedy: "Check the settings of Neon: `offshoot doctor` shows their values and sources." };
}

/** What to do about a reply that Neon cannot have sent. */
const PROXY_REMEDY = "Check NEON_API_HOST (neon.apiHost), and any proxy or login page between this machine and Neon.";

/** Only the request that creates a project has the field `store_passwords` (specification, ProjectUpdateRequest). */
export const WITHOUT_PASSWORDS = {
  meaning: "The Neon project does not store the passwords of its roles, so offshoot cannot connect.",
  remedy:
    "Set NEON_PROJECT_ID to a project that stores them, or use another provider. Neon's API decides this when a project is created (`store_passwords`), and cannot change it later.",
} as const;

/** What to do about a project that Neon does not know. */
export const PROJECT_REMEDY = "Set NEON_PROJECT_ID (or neon.project in offshoot.yaml) to a project that NEON_API_KEY can read.";

/** Neon's messages and ids are short. A long text is not from Neon. */
const MOST_CHARACTERS = 1000;

function text(value: unknown): string {
  return typeof value === "string" ? value.slice(0, MOST_CHARACTERS) : "";
}
