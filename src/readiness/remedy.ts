import type { Failure } from "./marker.ts";
import type { Owner, ReadinessRequest } from "./request.ts";
import { existsOnServer } from "../postgres/server-wide.ts";
import { missingProgram } from "./missing-program.ts";
import { printedLock } from "./printed-lock.ts";

/** SQLSTATE classes and codes that can pass by themselves: connections, conflicts, resources, locks, a server that restarts. */
const TEMPORARY = /^(?:08|40|53|57P0|55P03)/;

/** What programs print when a name or a server was not reached. */
const NETWORK =
  /could not (?:resolve host|translate host name)|temporary failure in name resolution|\b(?:ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH)\b|connection (?:refused|reset|timed out)|network is unreachable/i;

type Repeat = Pick<ReadinessRequest, "invocation" | "rerun" | "deletedAfterFailure">;

/** What to do about a failed migration that has no remedy of its own. */
export function remedyOf(failure: Failure, owner: Owner, request: Repeat): string {
  const again = waysToRepeat(owner, request);
  const correct = request.invocation === undefined ? "run the command again" : "push it";
  const missing = failure.facts?.["databaseError"] === undefined ? missingProgram(failure) : undefined;
  const { sqlstate, databaseError } = failure.facts ?? {};
  const onServer = existsOnServer({ sqlstate: String(sqlstate), message: String(databaseError) });
  const ofOwn = (printedLock(failure) ?? missing ?? onServer)?.remedy;
  const temporary = isTemporary(failure);
  const noSession = failure.facts?.["noSession"] === true;
  const wrong = noSession ? "the migration command or its configuration, and" : "the migration and";
  const passing = noSession ? UNREACHED : "This can pass by itself.";
  const ofOther = temporary ? passing : `Correct ${wrong} ${correct}.`;
  const first = ofOwn ?? (isLogin(failure) ? LOGIN : ofOther);
  if (again.length > 0) return `${first} To run the same migration again, ${again.join(", or ")}.`;
  return temporary ? `${first} Run the command again.` : first;
}

function waysToRepeat(owner: Owner, { rerun, deletedAfterFailure = false }: Repeat): readonly string[] {
  const onlyJob = rerun?.onlyJob === true ? ` on the job ${owner.job ?? "that failed"}` : "";
  const button = rerun === undefined ? [] : [`use "${rerun.action}"${onlyJob} in ${rerun.service}`];
  return deletedAfterFailure ? button : [...button, "run `offshoot migrate --retry`"];
}

const LOGIN =
  "Let the command use DATABASE_URL or the PG* variables, which offshoot sets, and no other user, password or name of a database.";

/** A program that opened no session at the URL that it got has perhaps tried another host. */
const UNREACHED =
  "If the host in the output is the one of the database, let the command use DATABASE_URL or the PG* variables. Otherwise this can pass by itself.";

/** Whether the command did not get a session: the migration itself did not run. */
function isLogin({ facts }: Failure): boolean {
  const message = facts?.["databaseError"];
  // A database answered, and it was not the one of this run.
  if (message !== undefined && facts?.["noSession"] === true) return true;
  if (["28P01", "28000", "3D000"].includes(String(facts?.["sqlstate"]))) return true;
  return typeof message === "string" && /^(?:password authentication failed|no pg_hba\.conf entry)/.test(message);
}

function isTemporary({ facts, tail }: Failure): boolean {
  const sqlstate = facts?.["sqlstate"];
  if (typeof sqlstate === "string") return TEMPORARY.test(sqlstate);
  return facts?.["databaseError"] === undefined && NETWORK.test(tail ?? "");
}
