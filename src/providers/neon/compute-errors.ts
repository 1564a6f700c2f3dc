import { codeOf, isOffshootError, messageOf, OffshootError } from "../../errors.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import { parseUrl } from "../../postgres/url.ts";
import type { Refusal } from "../provider.ts";
import { capacityOf, type CapacityCode, type ComputeProblem, isCapacity, problemOfFailure } from "./compute-problems.ts";
import { factsOf } from "./api-errors.ts";
import { listed, question } from "./connection.ts";
import { refusal } from "./refuse.ts";

/**
 * The error for a compute that did not answer, if `last`, the last failure to log in, has a known reason. `failed` is what the
 * wait threw, and `databases` those that exist. Undefined for every other error.
 */
export function computeError(url: string, failed: unknown, last: unknown, databases?: readonly string[]): OffshootError | undefined {
  if (last === undefined || !isOffshootError(failed) || failed.code !== "CONNECTION_FAILED") return undefined;
  const { host, port, database, user, password } = parseUrl(url);
  const problem = problemOfFailure(last);
  const facts = { host, port, database, sqlstate: failed.facts["sqlstate"], problem: problem?.kind };
  if (problem === undefined) {
    const advice = adviceFor(codeOf(last), database, user, databases);
    return advice && new OffshootError("CONNECTION_FAILED", failed.message, { ...advice, facts, secrets: [password] });
  }
  const reason = messageOf(last).split("\n")[0]?.replace(/\.$/, "");
  const what = problem.kind === "access" ? "Neon refused the connection from this machine to" : "Neon did not open the compute";
  return new OffshootError(isCapacity(problem) ? "PROVIDER_REJECTED" : "CONNECTION_FAILED", `${what} ${host}: ${reason}.`, {
    meaning: problem.meaning,
    remedy: problem.remedy,
    facts,
    secrets: [password],
  });
}

/** What a failure without a known text of Neon's proxy means on Neon, and what to do about it. */
function adviceFor(
  code: unknown,
  database: string,
  user: string,
  databases: readonly string[] | undefined,
): Pick<ComputeProblem, "meaning" | "remedy"> | undefined {
  switch (code) {
    case SQLSTATE.undefinedDatabase:
      return {
        meaning: `Neon lists the database ${database}, but it was dropped or renamed with SQL, for example by a migration.${existing(databases, database)}`,
        remedy:
          "Use `offshoot down` and then `offshoot up` to get a new branch, or set neon.database (OFFSHOOT_NEON_DATABASE) to another database.",
      };
    case SQLSTATE.invalidPassword:
    case SQLSTATE.invalidAuthorization:
      return {
        meaning: `The server does not accept the role ${user} with the password that Neon returned.`,
        remedy: "Run the command again. If it fails again, reset the password of the role in Neon, or set neon.role (OFFSHOOT_NEON_ROLE).",
      };
    case SQLSTATE.internalError:
      return {
        meaning: "offshoot does not know this error of Neon, so it did not try again.",
        remedy: "Look at the compute in Neon's console and at https://neonstatus.com, then run the command again.",
      };
    default:
      return undefined;
  }
}

/** The databases that a setting could name. */
function existing(names: readonly string[] | undefined, wanted: string): string {
  if (names === undefined) return "";
  return names.length === 0 ? " The branch has no other database." : ` Its databases: ${listed(names)}.${question(wanted, names)}`;
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
