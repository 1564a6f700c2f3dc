import { randomBytes } from "node:crypto";
import type { Event } from "../../../src/events.ts";
import type { Database, Limits, Provider, DatabaseRequest } from "../../../src/providers/provider.ts";
import { branchName } from "../../../src/identity/name.ts";
import type { RunIdentity } from "../../../src/identity/run-identity.ts";
import { ownerTag } from "../../../src/identity/owner-tag.ts";
import { runIdentity } from "../../support/run-identity.ts";

/** Limits for one call, and the events of the call. */
export function listening(withinMs = 60_000, signal = new AbortController().signal): Limits & { readonly events: Event[] } {
  const events: Event[] = [];
  return { signal, withinMs, events, emit: (event) => void events.push(event) };
}

export function runOf(key: string): RunIdentity {
  return runIdentity({ repository: "tests/contract", key });
}

/** The request for a run's database, which expires `ttlMs` from now. */
export function wantedBy(
  key: string,
  options: { readonly fingerprint?: string; readonly ttlMs?: number; readonly now?: Date } = {},
): DatabaseRequest {
  const run = runOf(key);
  const createdAt = options.now ?? new Date();
  const expiresAt = new Date(createdAt.getTime() + (options.ttlMs ?? 3_600_000));
  return { run, name: branchName(run), tag: ownerTag({ run, createdAt, expiresAt }), expiresAt, fingerprint: options.fingerprint };
}

/** A new run key. */
export function uniqueKey(): string {
  return `key-${randomBytes(6).toString("hex")}`;
}

/** Acquires the database of a run. Throws when the provider refuses. */
export async function acquired(provider: Provider, ...wanted: Parameters<typeof wantedBy>): Promise<Database> {
  const answer = await provider.acquire(wantedBy(...wanted), listening());
  if (answer.kind === "refusal") throw new Error(answer.text);
  return answer;
}
