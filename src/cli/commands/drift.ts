import type { OptionValues } from "commander";
import { drift } from "../../commands/drift.ts";
import { repairLines } from "../../drift/report/repair.ts";
import { EXIT, OffshootError } from "../../errors.ts";
import { writeOutputFile } from "../../context/output-file.ts";
import type { Execute } from "../invocation.ts";
import { reportFlags, writeReports } from "../reports.ts";

export const execute: Execute = async (invocation, flags) => {
  const { expected, actual, ignore, compare } = flags;
  const { reports, failOn } = reportFlags(flags, invocation.json);
  const file = repairFlag(flags, invocation.json);
  const repair = file === undefined ? undefined : { allowDestructive: flags["allowDestructive"] === true };
  const result = await drift({ ...invocation.options, expected, actual, ignore, compare, repair, failOn });
  // With `--repair -`, stdout has only the SQL, so the reports are printed on stderr.
  const print = file === "-" ? (text: string) => invocation.log(text.trimEnd()) : invocation.write;
  await writeReports(result, reports, invocation, print);
  if (file === undefined || result.repair === undefined || result.equal) return;
  const { sql } = result.repair;
  if (sql === undefined) invocation.exitCode = EXIT.refused;
  else if (file === "-") invocation.write(sql);
  else await writeOutputFile(file, sql, { cwd: invocation.options.cwd });
  for (const line of repairLines(result.repair, file)) invocation.log(line);
};

/** The path for the SQL, or `-` for stdout; undefined without `--repair`. Throws `USAGE` for flags that exclude each other. */
function repairFlag(flags: OptionValues, json: boolean): string | undefined {
  const file = flags["repair"] as string | undefined;
  if (file === undefined && flags["allowDestructive"] === true) {
    throw new OffshootError("USAGE", "--allow-destructive has no effect without --repair.", {
      remedy: "Add --repair FILE, or remove --allow-destructive.",
    });
  }
  if (file === "-" && json) {
    throw new OffshootError("USAGE", "--repair - and --json cannot both write to stdout.", {
      remedy: "Write --repair FILE. The JSON also contains the SQL.",
    });
  }
  return file;
}
