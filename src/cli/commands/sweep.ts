import { EXIT } from "../../errors.ts";
import { type Planned, type Saving, sweep, type SweepResult } from "../../commands/sweep.ts";
import { durationFlag } from "../flags.ts";
import { distinctName } from "../database-table.ts";
import { fold } from "../fold.ts";
import { columns } from "../tables.ts";
import type { Execute } from "../invocation.ts";
import { listedJson } from "./list.ts";
import { formatUtc } from "../../moment.ts";

export const execute: Execute = async (invocation, flags) => {
  const result = await sweep({
    ...invocation.options,
    yes: flags["yes"] === true,
    allRepositories: flags["allRepositories"] === true,
    olderThanMs: durationFlag("--older-than", flags["olderThan"]),
    idleMs: durationFlag("--idle", flags["idle"]),
    also: flags["also"] === true,
    plan: flags["plan"],
    apply: flags["apply"],
  });
  const json = {
    version: 1,
    applied: result.applied,
    delete: result.delete.map(plannedJson),
    keep: result.keep.map(plannedJson),
    failed: result.failed.map((failed) => ({ ...plannedJson(failed), error: failed.error })),
    savings: result.savings.map(({ oldestAt, ...saving }) => ({ ...saving, oldestAt: oldestAt?.toISOString() ?? null })),
  };
  const failed = new Set(result.failed.map(({ listed }) => listed.id));
  // Since the plan was made, some were used or protected. They are kept, and have one row.
  const kept = new Set(result.keep.map(({ listed }) => `${listed.provider} ${listed.id}`));
  const planned = result.delete.filter(({ listed }) => !kept.has(`${listed.provider} ${listed.id}`));
  const verbOf = ({ listed, expireAt }: Planned): string => {
    if (failed.has(listed.id)) return "FAILED";
    return expireAt === undefined ? (result.applied ? "deleted" : "delete") : "expires";
  };
  invocation.print(json, () => [
    ...planTable([...planned.map((each) => row(verbOf(each), each)), ...result.keep.map((each) => row("keep", each))], invocation.columns),
    ...savingsTable(result.savings),
    fold(totalOf(result, flags["plan"]), invocation.columns),
  ]);
  for (const { listed, error } of result.failed) invocation.log(`Could not delete ${distinctName(listed)} (${listed.id}): ${error}`);
  if (result.failed.length > 0) invocation.exitCode = EXIT.leftBehind;
};

/** Where a row is wider than the terminal, each reason has a row of its own. */
function planTable(rows: readonly (readonly string[])[], width: number | undefined): readonly string[] {
  const wide = columns(rows);
  if (width === undefined || wide.every((line) => line.length < width)) return wide;
  const names = columns(rows.map((cells) => cells.slice(0, 3)));
  return rows.flatMap((cells, at) => [names[at] ?? "", fold(`    ${cells[3] ?? ""}`, width)]);
}

/** The last line: what was done in total, or what would be done and how. */
function totalOf(result: SweepResult, file: string | undefined): string {
  const { applied, failed, keep } = result;
  const [deleted, expiring] = split(applied ? result.deleted : result.delete);
  const all = deleted + expiring + failed.length + keep.length;
  if (all === 0) return "Nothing was deleted: no database was found.";
  if (!applied && deleted + expiring === 0) return `Nothing was deleted: ${all === 1 ? "1 database is" : `all ${all} databases are`} kept.`;
  const sum = [
    `${applied ? "Deleted" : "it deletes"} ${deleted} of ${all} ${all === 1 ? "database" : "databases"}`,
    ...(expiring === 0 ? [] : [`${applied ? "set" : "sets"} the expiry of ${expiring}`]),
    ...(keep.length === 0 ? [] : [`${applied ? "kept" : "keeps"} ${keep.length}`]),
    ...(failed.length === 0 ? [] : [`${failed.length} failed`]),
  ].join(", ");
  if (applied) return `${sum}.`;
  const again =
    file === undefined ? "Run it again with --yes" : `The plan is in ${file}: review it, then run it again with --apply ${file}`;
  return `Nothing was deleted. ${again}: ${sum}.`;
}

/** How many are deleted, and how many get an expiry. */
function split(planned: readonly Planned[]): readonly [deleted: number, expiring: number] {
  const expiring = planned.filter(({ expireAt }) => expireAt !== undefined).length;
  return [planned.length - expiring, expiring];
}

function plannedJson({ listed, reason, expireAt }: Planned): Record<string, unknown> {
  return {
    ...listedJson(listed),
    reason: reason.code,
    why: reason.text,
    ...(expireAt === undefined ? {} : { expireAt: expireAt.toISOString() }),
  };
}

function row(verb: string, { listed, reason, expireAt }: Planned): readonly string[] {
  const until = expireAt === undefined ? "" : `; expires at ${formatUtc(expireAt)}`;
  return [verb, listed.provider, distinctName(listed), reason.text + until];
}

/** What the plan saves; nothing for a plan that deletes nothing. */
function savingsTable(savings: readonly Saving[]): readonly string[] {
  if (savings.length === 0) return [];
  const rows = savings.map(({ reason, count, sizeBytes, oldestAt }) => [
    reason,
    String(count),
    `${(sizeBytes / 2 ** 20).toFixed(1)} MB`,
    oldestAt?.toISOString().slice(0, 10) ?? "unknown",
  ]);
  return ["", ...columns([["reason", "databases", "size", "oldest"], ...rows]), ""];
}
