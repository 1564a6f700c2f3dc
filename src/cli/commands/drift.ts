import { relative } from "node:path";
import type { OptionValues } from "commander";
import { drift } from "../../commands/drift.ts";
import { repairLines } from "../../drift/report/repair.ts";
import type { RepairOptions } from "../../commands/drift/repair.ts";
import { EXIT, OffshootError } from "../../errors.ts";
import { FORMATS, type RepairFormat } from "../../repair/formats/names.ts";
import { writeOutputFile } from "../../context/output-file.ts";
import type { Execute } from "../invocation.ts";
import { reportFlags, writeReports } from "../reports.ts";

export const execute: Execute = async (invocation, flags) => {
  const { expected, actual, ignore, compare } = flags;
  const { reports, failOn } = reportFlags(flags, invocation.json);
  const repair = repairFlags(flags, invocation.json);
  const result = await drift({ ...invocation.options, expected, actual, ignore, compare, repair, failOn });
  // With `--repair -`, stdout has only the SQL, so the reports are printed on stderr.
  const print = repair?.file === "-" ? (text: string) => invocation.log(text.trimEnd()) : invocation.write;
  await writeReports(result, reports, invocation, print);
  if (repair === undefined || result.repair === undefined || result.equal) return;
  const { sql, files = [] } = result.repair;
  const { cwd = "." } = invocation.options;
  if (sql === undefined) invocation.exitCode = EXIT.refused;
  else if (repair.file === "-") invocation.write(sql);
  else if (repair.format === undefined) await writeOutputFile(repair.file, sql, { cwd });
  else for (const { path, text, replaces } of files) await writeOutputFile(path, text, { fresh: replaces !== true });
  const written = files.length === 0 || repair.file === "-" ? repair.file : relative(cwd, files[0]?.path ?? "");
  for (const line of repairLines(result.repair, written)) invocation.log(line);
};

interface RepairFlags extends RepairOptions {
  /** The path for the SQL, or `-` for stdout. */
  readonly file: string;
}

/** Undefined without `--repair`. Throws `USAGE` for flags that exclude each other. */
function repairFlags(flags: OptionValues, json: boolean): RepairFlags | undefined {
  const file = flags["repair"] as string | true | undefined;
  const format = flags["format"] as string | undefined;
  const without = flags["allowDestructive"] === true ? "--allow-destructive" : format === undefined ? undefined : "--format";
  if (file === undefined && without !== undefined) {
    throw new OffshootError("USAGE", `${without} has no effect without --repair.`, {
      remedy: `Add --repair${without === "--format" ? "" : " FILE"}, or remove ${without}.`,
    });
  }
  if (file === undefined) return undefined;
  if (file === true && format === undefined) {
    throw new OffshootError("USAGE", "--repair needs a file for the SQL.", {
      remedy: "Write --repair FILE, or --repair --format TOOL for the next migration of a tool.",
    });
  }
  if (format !== undefined && !isFormat(format)) {
    throw new OffshootError("USAGE", `${format} is not a tool for which offshoot writes migrations.`, {
      remedy: `Use one of: ${FORMATS.join(", ")}.`,
    });
  }
  if (file === "-" && json) {
    throw new OffshootError("USAGE", "--repair - and --json cannot both write to stdout.", {
      remedy: "Write --repair FILE. The JSON also contains the SQL.",
    });
  }
  const folder = format === undefined || file === true || file === "-" ? undefined : file;
  return { file: file === true ? "" : file, allowDestructive: flags["allowDestructive"] === true, format, folder };
}

function isFormat(text: string): text is RepairFormat {
  return FORMATS.some((format) => format === text);
}
