import { checkWorkflow } from "../../commands/check-workflow.ts";
import type { Execute } from "../invocation.ts";
import { printFindings } from "../checks.ts";

export const execute: Execute = async (invocation, _, files) => {
  const result = await checkWorkflow({ ...invocation.options, files });
  printFindings(invocation, result, "The workflows have no known mistakes");
};
