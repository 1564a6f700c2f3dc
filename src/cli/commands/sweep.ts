import { EXIT, OffshootError } from "../../errors.ts";
import { parseDuration } from "../../duration.ts";
import { type Planned, sweep } from "../../commands/sweep.ts";
import { columns } from "../columns.ts";
import type { Execute } from "../invocation.ts";
import { listedJson } from "./list.ts";

export const execute: Execute = async (invocation, flags) => {
  const result = await sweep({
    ...invocation.options,
    yes: flags["yes"] === true,
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
    ...(result.applied || result.delete.length === 0 ? [] : ["Nothing was deleted. Run again with --yes to delete what is listed."]),
  ]);
  for (const { listed, error } of result.failed) invocation.log(`could not delete ${listed.name} (${listed.id}): ${error}`);
  if (result.failed.length > 0) invocation.exitCode = EXIT.leftBehind;
};

function plannedJson({ listed, reason }: Planned): Record<string, unknown> {
  return { ...listedJson(listed), reason: reason.code, why: reason.text };
}

function row(verb: string, { listed, reason }: Planned): readonly string[] {
  return [verb, listed.provider, listed.name, reason.text];
}

/** A flag's duration in milliseconds. Throws `USAGE` naming the flag. */
function durationFlag(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = text === "0" ? 0 : parseDuration(text);
  if (ms !== undefined) return ms;
  throw new OffshootError("USAGE", `${flag} ${text} is not a duration.`, { remedy: "Write a number and a unit: 90m, 12h, 3d." });
}
