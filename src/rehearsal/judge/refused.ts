import type { ServerError } from "../../postgres/server-error.ts";
import type { RehearsalFinding } from "../finding.ts";
import type { Lacks } from "../lacks.ts";
import { isQuiet } from "../measure/parts.ts";
import type { ReadStatement } from "../measure/statements.ts";
import type { RoleSettings } from "../role-settings.ts";
import { lower } from "../sql/alter-table.ts";
import { judgeFailure } from "./failure.ts";
import type { Shown } from "./subject.ts";

/** More refused statements are not named. */
const MOST = 10;
/** A statement after a failed one in its transaction. */
const IN_FAILED_TRANSACTION = "25P02";
const STOP =
  "The command ended with exit status 0 all the same. Let it stop at an error, as `psql -v ON_ERROR_STOP=1`, `set -e` and `set -o pipefail` do.";

/**
 * The findings about statements that the server refused, and after which the command went on to its end with status 0. Not those that it
 * tried again with success or took back to a savepoint, and not reads: programs ask for tables that perhaps do not exist. A refusal
 * because of rows is an error, others are a warning. Pure.
 */
export function judgeRefused(
  errors: readonly ServerError[],
  statements: readonly ReadStatement[],
  settings: RoleSettings,
  shown: Shown,
  names: readonly string[],
  lacks?: Lacks,
): readonly RehearsalFinding[] {
  const refused = statements.filter((each, at) => isRefused(each) && !isHandled(each, statements.slice(at + 1)));
  return refused.slice(0, MOST).map((statement) => {
    const finding = judgeFailure(errors, [statement], settings, shown, "", names, lacks);
    const advice = "advice" in finding.facts ? `${finding.facts.advice} ${STOP}` : STOP;
    const severity = finding.code === "fails-on-data" ? finding.severity : "warning";
    return { ...finding, severity, facts: { ...finding.facts, advice } } as RehearsalFinding;
  });
}

function isRefused({ sent: { sqlstate }, parts }: ReadStatement): boolean {
  return sqlstate !== undefined && sqlstate !== IN_FAILED_TRANSACTION && !parts.every(isQuiet);
}

function isHandled({ sent }: ReadStatement, later: readonly ReadStatement[]): boolean {
  const next = later.find((each) => each.sent.session === sent.session);
  const isTakenBack =
    next?.parts.some(({ tokens }) => lower(tokens[0]) === "rollback" && tokens.some((token) => lower(token) === "to")) === true;
  return isTakenBack || later.some((each) => each.sent.sql === sent.sql && each.sent.sqlstate === undefined);
}
