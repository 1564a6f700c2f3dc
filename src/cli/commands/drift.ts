import { drift } from "../../drift.ts";
import { REPORTS } from "../../drift/report/registry.ts";
import { EXIT } from "../../errors.ts";
import type { Execute } from "../invocation.ts";
import { paintDrift } from "../paint.ts";
import { readReports, writeReports } from "../reports.ts";

export const execute: Execute = async (invocation, flags) => {
  const { expected, actual, ignore, compare } = flags;
  const reports = readReports(flags["report"] as readonly string[], Object.keys(REPORTS) as (keyof typeof REPORTS)[], invocation.json);
  const result = await drift({ ...invocation.options, expected, actual, ignore, compare });
  await writeReports(reports, invocation, (format, { isTerminal }) => REPORTS[format](result, isTerminal ? paintDrift : undefined));
  if (!result.equal) invocation.exitCode = EXIT.findings;
};
