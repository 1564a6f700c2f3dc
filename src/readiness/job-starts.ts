import { createHash } from "node:crypto";
import type { Marker } from "./marker.ts";
import type { Owner } from "./request.ts";

/** One start of a CI job. Undefined parts are not known. */
export type JobStart = Pick<Owner, "job" | "shard" | "jobId" | "jobAttempt">;

/** The most starts that a marker keeps. More jobs than that rarely lead one failing migration. */
const MOST_STARTS = 50;

/** The starts that led the migrations of a marker before, with its own one, for the next marker of the same invocation. */
export function ledStarts({ owner }: Pick<Marker, "owner">): readonly string[] {
  return [...new Set([...(owner.starts ?? []), keyOf(owner)])].slice(-MOST_STARTS);
}

/**
 * Whether a job was started again after a failure, so that it runs the failed migrations again. For services that count the
 * attempts of each job, where no number of one job can be compared with one of another: every retried start leads at most once.
 * A service that only numbers the starts does not show that a job was retried, unless an earlier start of it led.
 */
export function isRetriedStart(failed: Pick<Marker, "owner">, caller: JobStart, waitedForIt: boolean): boolean {
  const led = ledStarts(failed);
  if (led.includes(keyOf(caller))) return false;
  if (caller.jobAttempt !== undefined) return caller.jobAttempt > 1 && !waitedForIt;
  return isLaterStart(caller, keyOf(failed.owner)) || (!waitedForIt && led.some((earlier) => isLaterStart(caller, earlier)));
}

/** Job and index, the number or the id of the start, and its attempt. */
function keyOf(start: JobStart): string {
  return [jobKey(start), start.jobId?.slice(0, 64) ?? "", start.jobAttempt ?? ""].join(" ");
}

/** A hash, because names of jobs can be long. */
function jobKey({ job, shard }: JobStart): string {
  return createHash("sha256")
    .update(JSON.stringify([job, shard]))
    .digest("hex")
    .slice(0, 16);
}

/** A sibling's number can be higher too, so the name and the index must be the same. */
function isLaterStart(start: JobStart, earlier: string): boolean {
  const [job, id = ""] = earlier.split(" ");
  return start.job !== undefined && start.jobId !== undefined && jobKey(start) === job && isHigher(start.jobId, id);
}

function isHigher(one: string, other: string): boolean {
  return /^\d{1,20}$/.test(one) && /^\d{1,20}$/.test(other) && BigInt(one) > BigInt(other);
}
