import { describeServerError, publicMessage, RAISED, type ServerError } from "../../postgres/server-error.ts";
import type { Measured } from "../measured.ts";
import { withoutLiterals } from "../sql/shown.ts";
import { statementsIn } from "../sql/split.ts";
import { type CollectedPhases, latenciesOf } from "./latency.ts";
import type { MeasuredTraffic, Traffic } from "./traffic.ts";

/** What the traffic met, as facts. The collections have the order of the statements. Pure. */
export function measuredTraffic(
  traffic: Traffic,
  collections: readonly CollectedPhases[],
  migrations: { readonly ok: boolean; readonly errors: readonly ServerError[]; readonly measured: Pick<Measured, "ms" | "tables"> },
): MeasuredTraffic {
  const { file, ratePerSecond, sessions, statements } = traffic;
  const { ok, errors, measured } = migrations;
  const [error] = errors.slice(-1);
  return {
    file,
    ratePerSecond,
    sessions,
    outcome: ok ? "succeeded" : "failed",
    ...(ok || error === undefined
      ? {}
      : { error: describeServerError({ ...error, message: error.isRaised === true ? RAISED : publicMessage(error.message) }) }),
    ms: measured.ms,
    queuedMs: measured.tables.reduce((longest, { queuedMs }) => Math.max(longest, queuedMs), 0),
    all: latenciesOf(collections),
    statements: statements.map(({ name, sql, weight, line }, at) => ({
      name,
      sql: withoutLiterals(statementsIn(sql)[0]?.tokens ?? []),
      line,
      weight,
      ...latenciesOf(collections.slice(at, at + 1)),
    })),
  };
}
