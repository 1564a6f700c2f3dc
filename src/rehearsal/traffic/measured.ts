import { RAISED, type ServerError } from "../../postgres/server-error.ts";
import { errorText, withKnownNames } from "../error-text.ts";
import type { Measured } from "../measured.ts";
import { type IsKnownName, knownNames, namesOfText } from "../sql/known-names.ts";
import { withoutLiterals } from "../sql/shown.ts";
import { statementsIn } from "../../postgres/sql/split.ts";
import { type Collected, type CollectedPhases, latenciesOf } from "./latency.ts";
import type { MeasuredTraffic, Traffic } from "./traffic.ts";
import type { IsParameter } from "./values.ts";

/**
 * What the traffic met, as facts. The collections have the order of the statements. Errors are shown with known names only: those of
 * its statement for one of the traffic, and others that are not its parameters. Pure.
 */
export function measuredTraffic(
  traffic: Traffic,
  collected: readonly CollectedPhases[],
  migrations: { readonly ok: boolean; readonly errors: readonly ServerError[]; readonly measured: Pick<Measured, "ms" | "tables"> },
  isKnown: IsKnownName,
  isParameter: IsParameter,
): MeasuredTraffic {
  const collections = collected.map(({ before, during, after }, at) => {
    const isOwn = knownNames(namesOfText(traffic.statements[at]?.sql ?? ""));
    const isShown: IsKnownName = (name) => isOwn(name) || (isKnown(name) && !isParameter(name));
    return {
      before: withPublicCauses(before, isShown),
      during: withPublicCauses(during, isShown),
      after: withPublicCauses(after, isShown),
    };
  });
  const { file, ratePerSecond, sessions, statements } = traffic;
  const { ok, errors, measured } = migrations;
  const [error] = errors.slice(-1);
  return {
    file,
    ratePerSecond,
    sessions,
    outcome: ok ? "succeeded" : "failed",
    ...(ok || error === undefined ? {} : { error: errorText(error, isKnown) }),
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

function withPublicCauses(collected: Collected, isKnown: IsKnownName): Collected {
  const causes = new Map<string, number>();
  for (const [cause, count] of collected.causes) {
    const [, message = cause, code = ""] = /^(.*?)( \(SQLSTATE [\w…]+\))?$/.exec(cause) ?? [];
    const text = message === RAISED ? cause : `${withKnownNames(message, isKnown)}${code}`;
    causes.set(text, (causes.get(text) ?? 0) + count);
  }
  return { ...collected, causes };
}
