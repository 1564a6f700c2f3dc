import type { JobResult } from "./run-job.ts";

/** A URL with a password that is not masked. */
const URL_WITH_PASSWORD = /\b[a-z][a-z+]*:\/\/[^\s/:@"']+:(?!\*\*\*)[^\s@/"']+@/;

/**
 * Throws when a log, a summary or an output of a run contains a secret: a value that any of its jobs masked, even if it
 * was masked later or in another job, or a URL with a password. The message names the place and hides the value.
 */
export function refuseLeaks(results: Readonly<Record<string, JobResult>>, known: readonly string[]): void {
  const masks = [...new Set([...known, ...Object.values(results).flatMap(({ masks: own }) => own)])].filter((mask) => mask !== "");
  const shows = (line: string): boolean => URL_WITH_PASSWORD.test(line) || masks.some((mask) => line.includes(mask));
  const hide = (line: string): string => masks.reduce((shown, mask) => shown.replaceAll(mask, "…"), line).replace(URL_WITH_PASSWORD, "…");
  const leaks = Object.entries(results).flatMap(([job, { log, summary, outputs }]) =>
    Object.entries({ log, summary, outputs: JSON.stringify(outputs) }).flatMap(([where, text]) =>
      text.split("\n").flatMap((line) => (shows(line) ? [`the ${where} of ${job}: ${hide(line)}`] : [])),
    ),
  );
  if (leaks.length > 0) throw new Error(`A secret is shown in ${leaks.join("\n")}`);
}
