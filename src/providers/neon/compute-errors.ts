import { isOffshootError, messageOf, OffshootError } from "../../errors.ts";
import { parseUrl } from "../../postgres/url.ts";
import type { Refusal } from "../provider.ts";
import { capacityOf, type CapacityCode, isCapacity, problemOfFailure } from "./compute-problems.ts";
import { factsOf } from "./api-errors.ts";
import { refusal } from "./refuse.ts";

/**
 * The error for a compute that did not answer, if `last`, the last failure to log in, has a known reason. `failed` is what the
 * wait threw. Undefined for every other error.
 */
export function computeError(url: string, failed: unknown, last: unknown): OffshootError | undefined {
  const problem = last === undefined ? undefined : problemOfFailure(last);
  if (problem === undefined || !isOffshootError(failed) || failed.code !== "CONNECTION_FAILED") return undefined;
  const { host, port, database, password } = parseUrl(url);
  const reason = messageOf(last).split("\n")[0]?.replace(/\.$/, "");
  const what = problem.kind === "access" ? "Neon refused the connection from this machine to" : "Neon did not open the compute";
  return new OffshootError(isCapacity(problem) ? "PROVIDER_REJECTED" : "CONNECTION_FAILED", `${what} ${host}: ${reason}.`, {
    meaning: problem.meaning,
    remedy: problem.remedy,
    facts: { host, port, database, sqlstate: failed.facts["sqlstate"], problem: problem.kind },
    secrets: [password],
  });
}

/** The limit of the plan that an error reports, from a connection, an operation or a reply of the API. */
export function capacityCodeOf(thrown: unknown): CapacityCode | undefined {
  const facts = factsOf(thrown);
  if (facts !== undefined) return capacityOf(facts)?.kind;
  const problem = isOffshootError(thrown) ? thrown.facts["problem"] : undefined;
  return problem === "compute-limit" || problem === "compute-quota" ? problem : undefined;
}

/** The refusal for an error that reports a limit of the plan. The caller has made sure that no branch is left. */
export function capacityRefusal(code: CapacityCode, { message, meaning, remedy }: OffshootError): Refusal {
  return refusal(code, meaning === undefined ? message : `${message} ${meaning}`, remedy);
}
