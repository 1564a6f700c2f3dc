import { diff } from "../../commands/diff.ts";
import { writeOutputFile } from "../../context/output-file.ts";
import { type DiffFormat, renderSchemaDiff } from "../../drift/diff/renderers.ts";
import { outboundFlag } from "../flags.ts";
import type { Execute } from "../invocation.ts";
import { paint } from "../paint.ts";
import { cleanReport, reportFlags } from "../reports.ts";

const FORMATS: readonly DiffFormat[] = ["text", "json", "markdown"];

export const execute: Execute = async (invocation, flags, command) => {
  const { before, after, from, ignore, compare } = flags;
  const { reports } = reportFlags(flags, invocation.json, FORMATS);
  const outbound = outboundFlag(flags);
  const found = await diff({ ...invocation.options, command, before, after, from, outbound, ignore, compare });
  for (const { format, file } of reports) {
    const text = renderSchemaDiff(found, format as DiffFormat, file === undefined ? paint : undefined);
    if (file !== undefined) await writeOutputFile(file, text, { cwd: invocation.options.cwd });
    else if (text !== "") invocation.write(cleanReport(text, format, invocation));
  }
};
