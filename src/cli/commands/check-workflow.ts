import { checkWorkflow, type CheckWorkflowOptions } from "../../commands/check-workflow.ts";
import type { Execute } from "../invocation.ts";
import { reportFlags, writeReports } from "../reports.ts";

export const execute: Execute = async (invocation, flags, files) => {
  const list = flags["require"] as string | undefined;
  const required = list?.split(",").map((name) => name.trim()) as CheckWorkflowOptions["require"];
  const { reports, failOn } = reportFlags(flags, invocation.json);
  await writeReports(await checkWorkflow({ ...invocation.options, files, require: required, failOn }), reports, invocation);
};
