import { asciiJson } from "../ascii.ts";
import type { RunIdentity } from "./run-identity.ts";

/** Name prefix of everything that offshoot creates. Nothing is deleted without this prefix *and* a valid owner tag. */
export const NAME_PREFIX = "offshoot/";

/** Label of everything that offshoot creates. It proves to teardown and sweep that offshoot owns the database. */
export interface OwnerTag {
  readonly tool: "offshoot";
  readonly repository: string;
  /** The server of the repository and of its pull requests, such as `github.com`; undefined for a person, and where it is unknown. */
  readonly server?: string | undefined;
  readonly run: string;
  /** ISO 8601, UTC, whole seconds. */
  readonly created: string;
  /** ISO 8601, UTC, whole seconds; undefined for a base, which sweep removes by its age. */
  readonly expires: string | undefined;
  readonly kind: "run" | "base";
  readonly ref: string | undefined;
  readonly pullRequest: number | undefined;
  /** Fingerprint of the migrations that a base contains. */
  readonly fingerprint: string | undefined;
  /** Of a base: hash of the project whose migrations made it, and of who may use it (`context/base-record.ts`). */
  readonly scope?: string | undefined;
  /** Of a base: short hashes of the migration files that it contains, separated by commas. */
  readonly files?: string | undefined;
  /** `last-run`: the last `run` that uses the database deletes it. `until-down` (default): only `down`, sweep and expiry do. */
  readonly lifetime?: Lifetime | undefined;
  /** The person for whom it was created, such as `ada-5be1c2d0`; undefined in a CI. */
  readonly owner?: string | undefined;
  /** The person's clone and worktree (`checkoutMark`): a sweep there can see whether the worktree and the git branch still exist. */
  readonly checkout?: string | undefined;
  /** The name of a clone of the run's database; undefined for the run's database itself. */
  readonly clone?: string | undefined;
  /** The suite of tests, or the process, to which a database belongs: when that has ended, the database is deleted. */
  readonly suite?: string | undefined;
  /** Why a clone outlives its suite and has an expiry of its own: a test failed in it. Undefined for every other database. */
  readonly kept?: "failed-test" | undefined;
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
    ...(facts.run.checkout === undefined ? {} : { checkout: facts.run.checkout }),
  };
}

/** The tag of a base: the run that created it, and the fingerprint of its migrations. */
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
    ...(run.server === undefined || run.owner !== undefined ? {} : { server: run.server }),
    ...(run.owner === undefined ? {} : { owner: run.owner }),
  };
}

/** ISO 8601, UTC, whole seconds: the precision that Neon keeps. */
export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** Start of a database comment that contains an owner tag. */
const COMMENT_START = "offshoot: ";

/** The tag as one line, for the comment of a database. */
export function tagToText(tag: OwnerTag): string {
  return COMMENT_START + asciiJson(tag);
}

/** The tag in the comment of a database; undefined if there is no complete and valid one. */
export function tagFromText(text: string | null | undefined): OwnerTag | undefined {
  if (!text?.startsWith(COMMENT_START)) return undefined;
  try {
    return checkedTag(JSON.parse(text.slice(COMMENT_START.length)));
  } catch {
    return undefined;
  }
}

/** Keys in Neon annotations and Docker labels. The prefix keeps them distinct from the keys of other tools. */
const KEYS = {
  tool: "offshoot-tool",
  kind: "offshoot-kind",
  repository: "offshoot-repository",
  server: "offshoot-server",
  run: "offshoot-run",
  created: "offshoot-created",
  expires: "offshoot-expires",
  ref: "offshoot-ref",
  pullRequest: "offshoot-pull-request",
  fingerprint: "offshoot-fingerprint",
  scope: "offshoot-scope",
  files: "offshoot-files",
  lifetime: "offshoot-lifetime",
  // `offshoot-owner` is the label of Docker containers with the user of the machine.
  owner: "offshoot-person",
  checkout: "offshoot-checkout",
  clone: "offshoot-clone",
  suite: "offshoot-suite",
  kept: "offshoot-kept",
} as const satisfies Record<keyof OwnerTag, string>;

const FIELDS = Object.entries(KEYS) as readonly (readonly [keyof OwnerTag, string])[];

/** The tag as strings, for a Neon annotation or Docker labels. An undefined field has no key. */
export function tagToRecord(tag: OwnerTag): Record<string, string> {
  return Object.fromEntries(FIELDS.flatMap(([field, key]) => (tag[field] === undefined ? [] : [[key, String(tag[field])]])));
}

/** The tag in annotations or labels, which can contain other keys; undefined if there is no complete and valid tag. */
export function tagFromRecord(record: unknown): OwnerTag | undefined {
  if (typeof record !== "object" || record === null) return undefined;
  const found = new Map<string, unknown>(Object.entries(record));
  const fields = Object.fromEntries(FIELDS.map(([field, key]) => [field, found.get(key)]));
  const number = fields["pullRequest"];
  const pullRequest = typeof number === "string" && /^[1-9]\d*$/.test(number) ? Number(number) : number;
  return checkedTag({ ...fields, pullRequest });
}

/** Deletion depends on the tag: anything that differs from what offshoot writes belongs to another owner. */
function checkedTag(value: unknown): OwnerTag | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const fields = value as Record<string, unknown>;
  const { tool, kind, repository, server, run, created, expires, ref, pullRequest, fingerprint } = fields;
  const { scope, files, lifetime, owner, clone, suite, checkout, kept } = fields;
  if (tool !== "offshoot" || (kind !== "run" && kind !== "base")) return undefined;
  if (!isText(repository) || !isText(run) || !isTimestamp(created)) return undefined;
  if (!(expires === undefined || isTimestamp(expires)) || !(ref === undefined || isText(ref))) return undefined;
  if (!(pullRequest === undefined || isPositive(pullRequest)) || !isFingerprintOf(kind, fingerprint)) return undefined;
  if (lifetime !== undefined && lifetime !== "until-down" && lifetime !== "last-run") return undefined;
  if (!(owner === undefined || isOwner(owner)) || !(server === undefined || isText(server))) return undefined;
  if (!(clone === undefined || isCloneName(clone)) || !(suite === undefined || isSuiteId(suite))) return undefined;
  if (!(scope === undefined || isText(scope)) || !(files === undefined || isText(files))) return undefined;
  if (!(checkout === undefined || isCheckoutMark(checkout)) || !(kept === undefined || kept === "failed-test")) return undefined;
  const tag = { tool, kind, repository, run, created, expires, ref, pullRequest, fingerprint } as const;
  return { ...tag, ...defined({ server, scope, files, lifetime, owner, clone, suite, checkout, kept }) };
}

function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

/** A valid name of a clone: it is part of the name of a database, and of commands that are printed. */
export function isCloneName(value: unknown): value is string {
  return typeof value === "string" && /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(value) && value.length <= 32;
}

/** Two hashes, as `checkoutMark` writes them. */
function isCheckoutMark(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{16}-[0-9a-f]{16}$/.test(value);
}

/** 16 hex digits. */
function isSuiteId(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{16}$/.test(value);
}

/** The longest path of a git ref. */
const MOST_TEXT = 4096;

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= MOST_TEXT;
}

/** As `ownerOf` writes it. Commands that are printed for users contain it. */
function isOwner(value: unknown): value is string {
  return typeof value === "string" && /^[a-z0-9]+(?:-[a-z0-9]+)*-[0-9a-f]{8}$/.test(value) && value.length <= 48;
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
