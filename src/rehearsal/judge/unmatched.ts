import { found } from "../finding.ts";
import { type RehearsalLimits, unmatchedExceptions } from "../limits.ts";
import type { DatabaseState } from "../observe/relations.ts";
import type { Judged } from "./judged.ts";

/** Kinds of relations that a limit can be about: not indexes. */
const KINDS = new Set(["r", "p", "v", "m", "f", "S"]);

/**
 * Exceptions for tables that the copy has neither before nor after the migrations: a misspelt name would have no effect. Those that
 * a migration creates after a failure are not known, and of too many relations not all are read. Pure.
 */
export function judgeUnmatched(
  { before, after, failed }: { readonly before: DatabaseState; readonly after: DatabaseState; readonly failed: boolean },
  limits: RehearsalLimits,
  now: Date,
): readonly Judged[] {
  if (failed || before.isCut || after.isCut) return [];
  const tables = [...before.relations.values(), ...after.relations.values()].filter(({ kind }) => KINDS.has(kind));
  return unmatchedExceptions(limits, tables, now).map(({ table, nearest, reason }) => ({
    finding: found("exception-unmatched", { kind: "setting", name: `rehearse.tables.${table}` }, { nearest, reason }),
  }));
}
