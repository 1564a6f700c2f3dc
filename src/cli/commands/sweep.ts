import { EXIT } from "../../errors.ts";
import { type Planned, sweep } from "../../commands/sweep.ts";
import { durationFlag } from "../flags.ts";
import { columns } from "../tables.ts";
import type { Execute } from "../invocation.ts";
import { listedJson } from "./list.ts";

export const execute: Execute = async (invocation, flags) => {
  const result = await sweep({
    ...invocation.options,
    yes: flags["yes"] === true,
    allRepositories: flags["allRepositories"] === true,
    olderThanMs: durationFlag("--older-than", flags["olderThan"]),
    idleMs: durationFlag("--idle", flags["idle"]),
  });
  const json = {
    version: 1,
    applied: result.applied,
    delete: result.delete.map(plannedJson),
    keep: result.keep.map(plannedJson),
    failed: result.failed.map((failed) => ({ ...plannedJson(failed), error: failed.error })),
  };
  const verb = result.applied ? "deleted" : "delete";
  const failed = new Set(result.failed.map(({ listed }) => listed.id));
  invocation.print(json, () => [
    ...columns([
      ...result.delete.map((planned) => row(failed.has(planned.listed.id) ? "FAILED" : verb, planned)),
      ...result.keep.map((planned) => row("keep", planned)),
    ]),
    ...(result.applied || result.delete.length === 0 ? [] : ["Nothing was deleted. To delete these databases, run it again with --yes."]),
  ]);
  for (const { listed, error } of result.failed) invocation.log(`Could not delete ${listed.name} (${listed.id}): ${error}`);
  if (result.failed.length > 0) invocation.exitCode = EXIT.leftBehind;
};

function plannedJson({ listed, reason }: Planned): Record<string, unknown> {
  return { ...listedJson(listed), reason: reason.code, why: reason.text };
}

function row(verb: string, { listed, reason }: Planned): readonly string[] {
  return [verb, listed.provider, listed.name, reason.text];
}
