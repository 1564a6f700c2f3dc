import type { RunIdentity } from "./run-identity.ts";

/** The name prefix of everything that we create. Deleting needs it *and* a valid owner tag. */
export const NAME_PREFIX = "offshoot/";

/** What is written on everything that we create, so that teardown and sweep can prove that it is ours. */
export interface OwnerTag {
  readonly tool: "offshoot";
  readonly repository: string;
  readonly run: string;
  /** ISO 8601, UTC, whole seconds. */
  readonly created: string;
  /** ISO 8601, UTC, whole seconds; undefined for a base, whose age sweep watches instead. */
  readonly expires: string | undefined;
  readonly kind: "run" | "base";
  readonly ref: string | undefined;
  readonly pullRequest: number | undefined;
  /** Fingerprint that a base was migrated to. */
  readonly fingerprint: string | undefined;
  /** Whether the last `run` that uses it removes it, or only `down`, sweep and expiry do; undefined means `until-down`. */
  readonly lifetime?: Lifetime | undefined;
}

export type Lifetime = "until-down" | "last-run";

/** The tag of a run's own database. */
export function ownerTag(facts: {
  readonly run: RunIdentity;
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
  readonly lifetime?: Lifetime | undefined;
}): OwnerTag {
  return {
    ...creator(facts.run, facts.createdAt),
    kind: "run",
    expires: facts.expiresAt === undefined ? undefined : timestamp(facts.expiresAt),
    fingerprint: undefined,
    ...(facts.lifetime === undefined ? {} : { lifetime: facts.lifetime }),
  };
}

/** The tag of a base: which run made it, and the fingerprint that it is migrated to. */
export function baseTag(facts: { readonly run: RunIdentity; readonly createdAt: Date; readonly fingerprint: string }): OwnerTag {
  return { ...creator(facts.run, facts.createdAt), kind: "base", expires: undefined, fingerprint: facts.fingerprint };
}

function creator(run: RunIdentity, createdAt: Date): Omit<OwnerTag, "kind" | "expires" | "fingerprint"> {
  return {
    tool: "offshoot",
    repository: run.repository,
    run: run.key,
    created: timestamp(createdAt),
    ref: run.ref,
    pullRequest: run.pullRequest,
  };
}

/** ISO 8601, UTC, whole seconds: the precision that Neon keeps. */
export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** What tells our comment from another's. */
const LEAD = "offshoot: ";

/** One line for a database's comment. */
export function tagToText(tag: OwnerTag): string {
  return LEAD + JSON.stringify(tag);
}

/** The tag in a database's comment; undefined where there is none that is whole and valid. */
export function tagFromText(text: string | null | undefined): OwnerTag | undefined {
  if (!text?.startsWith(LEAD)) return undefined;
  try {
    return checkedTag(JSON.parse(text.slice(LEAD.length)));
  } catch {
    return undefined;
  }
}

/** Names in Neon annotations and Docker labels, apart from everybody else's. */
const KEYS = {
  tool: "offshoot-tool",
  kind: "offshoot-kind",
  repository: "offshoot-repository",
  run: "offshoot-run",
  created: "offshoot-created",
  expires: "offshoot-expires",
  ref: "offshoot-ref",
  pullRequest: "offshoot-pull-request",
  fingerprint: "offshoot-fingerprint",
  lifetime: "offshoot-lifetime",
} as const satisfies Record<keyof OwnerTag, string>;

const FIELDS = Object.entries(KEYS) as readonly (readonly [keyof OwnerTag, string])[];

/** Strings only, for a Neon annotation or Docker labels; what is undefined has no key. */
export function tagToRecord(tag: OwnerTag): Record<string, string> {
  return Object.fromEntries(FIELDS.flatMap(([field, key]) => (tag[field] === undefined ? [] : [[key, String(tag[field])]])));
}

/** The tag in annotations or labels, among which others may be; undefined where it isn't whole and valid. */
export function tagFromRecord(record: unknown): OwnerTag | undefined {
  if (typeof record !== "object" || record === null) return undefined;
  const found = new Map<string, unknown>(Object.entries(record));
  const fields = Object.fromEntries(FIELDS.map(([field, key]) => [field, found.get(key)]));
  const number = fields["pullRequest"];
  const pullRequest = typeof number === "string" && /^[1-9]\d*$/.test(number) ? Number(number) : number;
  return checkedTag({ ...fields, pullRequest });
}

/** A tag decides over deletion: whatever isn't exactly what we write is taken for somebody else's. */
function checkedTag(value: unknown): OwnerTag | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { tool, kind, repository, run, created, expires, ref, pullRequest, fingerprint, lifetime } = value as Record<string, unknown>;
  if (tool !== "offshoot" || (kind !== "run" && kind !== "base")) return undefined;
  if (!isText(repository) || !isText(run) || !isTimestamp(created)) return undefined;
  if (!(expires === undefined || isTimestamp(expires)) || !(ref === undefined || isText(ref))) return undefined;
  if (!(pullRequest === undefined || isPositive(pullRequest)) || !isFingerprintOf(kind, fingerprint)) return undefined;
  if (lifetime !== undefined && lifetime !== "until-down" && lifetime !== "last-run") return undefined;
  const tag = { tool, kind, repository, run, created, expires, ref, pullRequest, fingerprint } as const;
  return lifetime === undefined ? tag : { ...tag, lifetime };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isPositive(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

function isTimestamp(value: unknown): value is string {
  if (typeof value !== "string") return false;
  const ms = Date.parse(value);
  return !Number.isNaN(ms) && timestamp(new Date(ms)) === value;
}

function isFingerprintOf(kind: "run" | "base", value: unknown): value is string | undefined {
  return kind === "base" ? isText(value) : value === undefined || isText(value);
}
