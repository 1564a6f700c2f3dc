import { inWords } from "../advice/advice.ts";
import { found } from "../finding.ts";
import type { Explained } from "../measure/measure.ts";
import { lockTimeouts } from "../measure/lock-timeouts.ts";
import { LOCK_MODES, modeName } from "../observe/lock-modes.ts";
import type { RoleSettings } from "../role-settings.ts";
import { changesSchema } from "../sql/kinds.ts";
import type { Judged } from "./judged.ts";
import { indexOf } from "./tables.ts";
import { placeOf } from "./place.ts";
import { type Shown, subjectOf } from "./subject.ts";

/**
 * One finding for all: a request for a strong lock waits behind every long query or transaction, and others wait behind the request.
 * It is about the first of the strongest locks. Pure.
 */
export function judgeTimeout(
  { tables, allStatements }: Pick<Explained, "tables" | "allStatements">,
  { limits }: RoleSettings,
  shown: Shown,
): readonly Judged[] {
  const hasTimeout = lockTimeouts(allStatements, limits["lock_timeout"] !== undefined);
  const [first] = tables
    .filter(({ change }) => change.rows !== 0)
    .flatMap(({ change, reads, writes }) =>
      [...reads, ...writes].flatMap(({ wait, blamed }) =>
        blamed !== undefined && changesSchema(blamed.part.kind) && !hasTimeout(blamed) ? [{ change, wait, blamed }] : [],
      ),
    )
    .toSorted(
      (one, other) =>
        LOCK_MODES.indexOf(other.wait.firstMode) - LOCK_MODES.indexOf(one.wait.firstMode) || one.wait.fromMs - other.wait.fromMs,
    );
  if (first === undefined) return [];
  const { subject } = subjectOf(first.blamed, shown);
  const advice = inWords(
    "Set lock_timeout at the start of the migration, or for the role of the migrations, and try again when it fails.",
    ["set lock_timeout = '5s'"],
  );
  const index = indexOf(first.change, first.wait);
  const on = index === "" ? {} : { index: index.replace(/^the index | of $/g, "") };
  const facts = { ...subject, advice: advice.text, sql: advice.sql, lock: modeName(first.wait.firstMode), ...on };
  const at = placeOf(first.blamed, shown.files);
  return [{ finding: found("lock-without-timeout", { kind: "table", name: first.change.table.shown }, facts, { at }) }];
}
