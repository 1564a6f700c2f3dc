import { formatElapsed } from "../../duration.ts";
import { byPlace, bySeverity } from "../../findings/order.ts";
import { found } from "../finding.ts";
import { expiredExceptions, type RehearsalLimits } from "../limits.ts";
import type { Explained } from "../measure/measure.ts";
import type { RoleSettings } from "../role-settings.ts";
import { formatWait } from "../size.ts";
import type { Judged } from "./judged.ts";
import { mergeTables } from "./merge.ts";
import type { Shown } from "./subject.ts";
import { judgeTable } from "./tables.ts";
import { judgeTimeout } from "./timeout.ts";

export type { Judged } from "./judged.ts";

const SLOWEST = 3;

/** What of the measured facts is a finding. Pure. */
export function judge(explained: Explained, limits: RehearsalLimits, settings: RoleSettings, shown: Shown, now: Date): readonly Judged[] {
  const { measured, tables } = explained;
  const ofTables = mergeTables(tables.flatMap((each) => judgeTable(each, explained, limits, shown, now, measured.observation)));
  const expired = expiredExceptions(limits, now).map(({ table, until = "", reason }) => ({
    finding: found("exception-expired", { kind: "setting", name: `rehearse.tables.${table}` }, { until, reason }),
  }));
  const all = [...ofTables, ...judgeDuration(measured, limits), ...judgeTimeout(explained, settings, shown), ...expired];
  return all.toSorted((one, other) => bySeverity(one.finding, other.finding) || byPlace(one.finding, other.finding));
}

function judgeDuration(
  { ms, statements, migrations }: Explained["measured"],
  { durationMs, severities }: RehearsalLimits,
): readonly Judged[] {
  if (ms <= durationMs) return [];
  const slowest = statements
    .filter(({ count }) => count > 0)
    .toSorted((one, other) => other.ms - one.ms)
    .slice(0, SLOWEST);
  const facts = {
    took: formatElapsed(ms),
    limit: formatElapsed(durationMs),
    slowest: slowest.map((each) => `${formatWait(each.ms, formatElapsed)}: ${each.sql}`),
  };
  const [only, second] = migrations;
  const name = second === undefined && only !== undefined ? only.name : "the migrations";
  return [{ finding: found("migration-slow", { kind: "migration", name }, facts, { severity: severities.duration }) }];
}
