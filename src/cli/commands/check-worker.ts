import { checkWorker } from "../../commands/check-worker.ts";
import type { Execute } from "../invocation.ts";
import { reportFlags, writeReports } from "../reports.ts";

export const execute: Execute = async (invocation, flags, command) => {
  const { for: lifetime, pid, pidFile, match, container, log, ready, must, mustNot, fresh, within, grace } = flags;
  const { reports, failOn } = reportFlags(flags, invocation.json);
  const result = await checkWorker({
    ...invocation.options,
    command,
    pid: numberOf(pid),
    pidFile,
    match,
    container,
    log,
    for: lifetime,
    ready,
    must,
    mustNot,
    fresh,
    within,
    grace,
    lines: numberOf(flags["lines"]),
    restarts: numberOf(flags["restarts"]),
    failOn,
  });
  await writeReports(result, reports, invocation);
};

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : text.trim() === "" ? Number.NaN : Number(text);
}
