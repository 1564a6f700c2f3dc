import { formatElapsed } from "../../duration.ts";
import { byPlace, bySeverity } from "../../findings/order.ts";
import { found } from "../finding.ts";
import { expiredExceptions, type RehearsalLimits } from "../limits.ts";
import type { Explained } from "../measure/measure.ts";
import { changesSchema } from "../sql/kinds.ts";
import { inWords } from "../advice/advice.ts";
import type { RoleSettings } from "../role-settings.ts";
import { formatWait } from "../size.ts";
import type { Judged } from "./judged.ts";
import { mergeTables } from "./merge.ts";
import { placeOf, type Shown, subjectOf } from "./subject.ts";
import { judgeTable } from "./tables.ts";

export type { Judged } from "./judged.ts";

const SLOWEST = 3;

/** What of the measured facts is a finding. Pure. */
export function judge(explained: Explained, limits: RehearsalLimits, settings: RoleSettings, shown: Shown, now: Date): readonly Judged[] {
  const { measured, tables } = explained;
  const ofTables = mergeTables(tables.flatMap((each) => judgeTable(each, explained, limits, shown, now, measured.observation.delayMs)));
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
  const slowest = statements.toSorted((one, other) => other.ms - one.ms).slice(0, SLOWEST);
  const facts = {
    took: formatElapsed(ms),
    limit: formatElapsed(durationMs),
    slowest: slowest.map((each) => `${formatWait(each.ms, formatElapsed)}: ${each.sql}`),
  };
  const [only, second] = migrations;
  const name = second === undefined && only !== undefined ? only.name : "the migrations";
  return [{ finding: found("migration-slow", { kind: "migration", name }, facts, { severity: severities.duration }) }];
}

/** One finding for all: a request for a strong lock waits behind every long query, and everybody else waits behind it. */
function judgeTimeout({ tables, setsLockTimeout }: Explained, { limits }: RoleSettings, shown: Shown): readonly Judged[] {
  if (limits["lock_timeout"] !== undefined || setsLockTimeout) return [];
  const strong = tables.find(({ change, reads }) => change.rows !== 0 && reads[0]?.blamed !== undefined);
  const blamed = strong?.reads[0]?.blamed;
  if (strong === undefined || blamed === undefined || !changesSchema(blamed.part.kind)) return [];
  const { subject } = subjectOf(blamed, shown);
  const advice = inWords(
    "Set lock_timeout at the start of the migration, or for the role of the migrations, and try again when it fails.",
    ["set lock_timeout = '5s'"],
  );
  const facts = { ...subject, advice: advice.text, sql: advice.sql, lock: "ACCESS EXCLUSIVE" };
  const at = placeOf(blamed, strong.change.relations, shown);
  return [{ finding: found("lock-without-timeout", { kind: "table", name: strong.change.table.shown }, facts, { at }) }];
}
