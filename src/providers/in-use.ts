import { formatUtc } from "../moment.ts";

/** Milliseconds after its last use for which a database counts as in use, whatever its expiry. The default of `sweep --idle`. */
export const IDLE_MS = 15 * 60_000;

/** What is known about the use of a database. */
export interface Use {
  /** Open sessions; undefined when the provider does not know their number. */
  readonly sessions: number | undefined;
  readonly lastUsedAt: Date | undefined;
}

/**
 * Why a database is in use, so that neither a sweep nor an idle reaper deletes it; undefined when it is not. This is the only
 * rule about use. `now` is the time of the clock that wrote `lastUsedAt`.
 */
export function whyInUse({ sessions, lastUsedAt }: Use, now: Date, idleMs: number): string | undefined {
  if (sessions !== undefined && sessions > 0) return `it has ${sessions} open ${sessions === 1 ? "session" : "sessions"}`;
  const isRecent = lastUsedAt !== undefined && now.getTime() - lastUsedAt.getTime() < idleMs;
  return isRecent ? `it was used at ${formatUtc(lastUsedAt)}` : undefined;
}
