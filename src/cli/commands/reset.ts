import { reset, type ResetResult } from "../../commands/reset.ts";
import type { Execute, Invocation } from "../invocation.ts";
import { upJson, upLines } from "./up.ts";

export const execute: Execute = async (invocation, flags) => {
  const force = flags["force"] as boolean | string | undefined;
  const result = await reset({ ...invocation.options, migrate: flags["migrate"] !== false, force });
  printReplaced(invocation, result, { migrated: result.migrated ?? null }, [`migrated  ${result.migrated ?? "not run"}`]);
};

/** The output of a command that replaced the contents of the run's database. */
export function printReplaced(
  invocation: Invocation,
  { database, sameUrl }: Pick<ResetResult, "database" | "sameUrl">,
  facts: Readonly<Record<string, unknown>>,
  lines: readonly string[],
): void {
  const result = { database, created: false, readyMs: 0, refusals: [] };
  const { created: _, readyMs: __, ...shown } = upJson(result);
  invocation.print({ ...shown, sameUrl, ...facts }, () => [...upLines(result), ...lines]);
  if (!sameUrl) invocation.log("The URL of the database changed. Read it again with `offshoot env`.");
}
