import type { OptionValues } from "commander";
import { drift } from "../../commands/drift.ts";
import { REPORTS } from "../../drift/report/registry.ts";
import { repairLines } from "../../drift/report/repair.ts";
import { EXIT, OffshootError } from "../../errors.ts";
import { writeOutputFile } from "../../context/output-file.ts";
import type { Execute } from "../invocation.ts";
import { paintDrift } from "../paint.ts";
import { readReports, writeReports } from "../reports.ts";

export const execute: Execute = async (invocation, flags) => {
  const { expected, actual, ignore, compare } = flags;
  const reports = readReports(flags["report"] as readonly string[], Object.keys(REPORTS) as (keyof typeof REPORTS)[], invocation.json);
  const file = repairFlag(flags, invocation.json);
  const repair = file === undefined ? undefined : { allowDestructive: flags["allowDestructive"] === true };
  const result = await drift({ ...invocation.options, expected, actual, ignore, compare, repair });
  // The script has stdout to itself.
  const out = file === "-" ? { ...invocation, write: (text: string) => invocation.log(text.trimEnd()) } : invocation;
  await writeReports(reports, out, (format, { isTerminal }) => REPORTS[format](result, isTerminal ? paintDrift : undefined));
  if (!result.equal) invocation.exitCode = EXIT.findings;
  if (file === undefined || result.repair === undefined || result.equal) return;
  const { sql } = result.repair;
  if (sql === undefined) invocation.exitCode = EXIT.refused;
  else if (file === "-") invocation.write(sql);
  else await writeOutputFile(file, sql, { cwd: invocation.options.cwd });
  for (const line of repairLines(result.repair, file)) invocation.log(line);
};

/** The path, or `-` for stdout; undefined where no repair is wanted. Throws `USAGE`. */
function repairFlag(flags: OptionValues, json: boolean): string | undefined {
  const file = flags["repair"] as string | undefined;
  if (file === undefined && flags["allowDestructive"] === true) {
    throw new OffshootError("USAGE", "--allow-destructive goes with --repair.", { remedy: "Add --repair FILE, or leave it out." });
  }
  if (file === "-" && json) {
    throw new OffshootError("USAGE", "--repair - and --json both want stdout.", {
      remedy: "Give --repair a file: the JSON has the SQL too.",
    });
  }
  return file;
}
