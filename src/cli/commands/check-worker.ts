import { checkWorker } from "../../commands/check-worker.ts";
import type { Execute } from "../invocation.ts";
import { reportFlags, writeReports } from "../reports.ts";

export const execute: Execute = async (invocation, flags, command) => {
  const { for: lifetime, ready, within, grace } = flags;
  const { reports, failOn } = reportFlags(flags, invocation.json);
  const options = { ...invocation.options, command, for: lifetime, ready, within, grace, lines: Number(flags["lines"]), failOn };
  await writeReports(await checkWorker(options), reports, invocation);
};
