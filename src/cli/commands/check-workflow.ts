import { checkWorkflow } from "../../commands/check-workflow.ts";
import type { Execute } from "../invocation.ts";
import { reportFlags, writeReports } from "../reports.ts";

export const execute: Execute = async (invocation, flags, files) => {
  const { reports, failOn } = reportFlags(flags, invocation.json);
  await writeReports(await checkWorkflow({ ...invocation.options, files, failOn }), reports, invocation);
};
