import type { Failure } from "./marker.ts";
import type { Owner, ReadinessRequest } from "./request.ts";

/** SQLSTATE classes and codes that can pass by themselves: connections, conflicts, resources, locks, a server that restarts. */
const TEMPORARY = /^(?:08|40|53|57P0|55P03)/;

/** What programs print when a name or a server was not reached. */
const NETWORK =
  /could not (?:resolve host|translate host name)|temporary failure in name resolution|\b(?:ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH)\b|connection (?:refused|reset|timed out)|network is unreachable/i;

/** What to do about a failed migration that has no remedy of its own. */
export function remedyOf(failure: Failure, owner: Owner, request: Pick<ReadinessRequest, "invocation" | "rerun">): string {
  const again = waysToRepeat(owner, request);
  if (isTemporary(failure)) return `This can pass by itself. To run the same migration again, ${again}.`;
  const correct = request.invocation === undefined ? "run the command again" : "push it";
  return `Correct the migration and ${correct}. To run the same migration again, ${again}.`;
}

function waysToRepeat(owner: Owner, { rerun }: Pick<ReadinessRequest, "rerun">): string {
  const retry = "run `offshoot migrate --retry`";
  if (rerun === undefined) return retry;
  const job = rerun.onlyJob ? ` on the job ${owner.job ?? "that failed"}` : "";
  return `use "${rerun.action}"${job} in ${rerun.service}, or ${retry}`;
}

function isTemporary({ facts, tail }: Failure): boolean {
  const sqlstate = facts?.["sqlstate"];
  if (typeof sqlstate === "string") return TEMPORARY.test(sqlstate);
  return facts?.["databaseError"] === undefined && NETWORK.test(tail ?? "");
}
