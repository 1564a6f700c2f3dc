import { messageOf, OffshootError } from "../errors.ts";
import { describeUrl } from "../postgres/url.ts";
import type { ReadinessRequest } from "./request.ts";

/** Since when a database can't be reached, as far as this call knows. */
export interface Absence {
  /** `performance.now()` at which is asked whether it is still there; unset while it answers. */
  askAt?: number;
}

/** Milliseconds of silence before the first question, and between two: a server that restarts needs none. */
const ASK_MS = 2000;

/**
 * A database that can't be reached may be restarting, or whoever used it last has removed it: then nobody will ever
 * answer. Throws `CONNECTION_FAILED`, with the fact `gone`, once it is known to be gone.
 */
export async function requireThere(absence: Absence, { url, isThere }: ReadinessRequest, fault: unknown): Promise<void> {
  const now = performance.now();
  absence.askAt ??= now + ASK_MS;
  if (isThere === undefined || now < absence.askAt) return;
  absence.askAt = now + ASK_MS;
  if (await isThere()) return;
  throw new OffshootError("CONNECTION_FAILED", `${describeUrl(url)} is gone: ${messageOf(fault)}`, {
    meaning: "It was removed while this job waited for its migrations.",
    remedy: "Run the job again, or remove the database only when all jobs have ended.",
    facts: { gone: true },
  });
}
