import { checkWorker } from "../../commands/check-worker.ts";
import type { Execute } from "../invocation.ts";
import { printFindings } from "../checks.ts";

export const execute: Execute = async (invocation, flags, command) => {
  const { for: lifetime, ready, within, grace } = flags;
  const result = await checkWorker({ ...invocation.options, command, for: lifetime, ready, within, grace, lines: Number(flags["lines"]) });
  printFindings(invocation, result, "The worker runs as expected");
};
