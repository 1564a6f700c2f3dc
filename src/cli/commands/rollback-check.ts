import { EXIT, OffshootError } from "../../errors.ts";
import { rollbackCheck, type Step } from "../../commands/rollback-check.ts";
import { columns } from "../tables.ts";
import type { Execute } from "../invocation.ts";

export const execute: Execute = async (invocation, flags) => {
  const { steps, counts, ok } = await rollbackCheck({ ...invocation.options, last: lastFlag(flags["last"]) });
  invocation.print({ version: 1, steps: steps.map(stepJson), counts }, () => [
    ...steps.flatMap(stepLines),
    "",
    ...columns(Object.entries(counts).flatMap(([verdict, count]) => (count === 0 ? [] : [[verdict, String(count)]]))),
  ]);
  if (!ok) invocation.exitCode = EXIT.findings;
};

function stepJson({ step, verdict, lost, drifted, rows, error }: Step): Record<string, unknown> {
  return { step, verdict, lost, drifted, rows, error: error ?? null };
}

function stepLines({ step, verdict, lost, drifted, rows, error }: Step): readonly string[] {
  const differences = verdict === "nondeterministic" ? drifted : LISTED.has(verdict) ? lost : [];
  return [
    `${verdict.padEnd(20)}  ${step}`,
    ...differences.map(({ change, kind, object, detail }) => `  ${change} ${kind} ${object}${detail === "" ? "" : `: ${detail}`}`),
    ...rows.map(({ table, before, after }) => `  ${table} had ${before} rows and has ${after} after down and up`),
    ...(error === undefined || verdict === "irreversible-declared" ? [] : error.split("\n").map((line) => `  ${line}`)),
  ];
}

/** The verdicts for which the differences after the rollback are listed. */
const LISTED: ReadonlySet<Step["verdict"]> = new Set(["not-repeatable", "lossy", "column-order", "generated-names"]);

function lastFlag(text: string | undefined): number | undefined {
  if (text === undefined || /^[1-9]\d*$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new OffshootError("USAGE", `--last ${text} is not a whole number of at least 1.`, {
    remedy: "Write --last 20, or remove the flag to test all migrations.",
  });
}
