import { rehearse } from "../../commands/rehearse.ts";
import { choiceFlag } from "../flags.ts";
import type { Execute } from "../invocation.ts";
import { reportFlags, writeReports } from "../reports.ts";

export const execute: Execute = async (invocation, flags, command) => {
  const { reports, failOn } = reportFlags(flags, invocation.json);
  const { from } = flags as { readonly from?: string };
  const result = await rehearse({
    ...invocation.options,
    command,
    from,
    outbound: choiceFlag("--outbound", String(flags["outbound"]), ["refuse", "disable", "allow"] as const),
    alternatives: flags["alternatives"] as boolean,
    literals: flags["literals"] === true,
    failOn,
  });
  await writeReports(result, reports, invocation);
};
