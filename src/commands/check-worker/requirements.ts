import type { Requirements } from "../../check/worker/requirements.ts";
import { OffshootError } from "../../errors.ts";
import { durationOption } from "../check-result.ts";
import type { CheckWorkerOptions } from "./options.ts";

/** The requirements in the options. Throws `USAGE` for an invalid duration, number or pattern. */
export function requirementsOf(options: CheckWorkerOptions): Requirements {
  const { ready, fresh, must = [], mustNot = [] } = options;
  const withinMs = durationOption("within", options.within ?? "30s");
  const forMs = durationOption("for", options.for ?? "10s");
  const hasLog = options.log !== undefined || !hasProcess(options);
  if (!hasLog && (options.lines ?? 0) + must.length + mustNot.length + (ready ?? fresh ?? "").length > 0) {
    throw new OffshootError("USAGE", "The output of a process that runs already cannot be read.", {
      remedy: "Name the file to which it writes its log with --log FILE, or leave out --lines, --ready, --must, --must-not and --fresh.",
    });
  }
  return {
    forMs,
    lines: numberOption("lines", options.lines ?? (hasLog ? 1 : 0)),
    ready,
    must: must.map((text) => pattern("must", text)),
    mustNot: mustNot.map((text) => pattern("must-not", text)),
    freshMs: fresh === undefined ? undefined : durationOption("fresh", fresh),
    restarts: options.restarts === undefined ? undefined : numberOption("restarts", options.restarts),
    withinMs: Math.max(forMs, withinMs),
    findMs: withinMs,
    graceMs: durationOption("grace", options.grace ?? "10s"),
  };
}

/** Whether the worker is a process that was not started here. */
function hasProcess({ pid, pidFile, match }: CheckWorkerOptions): boolean {
  return pid !== undefined || pidFile !== undefined || match !== undefined;
}

function numberOption(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new OffshootError("USAGE", `--${name} is not a whole number of at least 0.`, { remedy: "Write a number such as 50." });
}

function pattern(name: string, text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (cause) {
    throw new OffshootError("USAGE", `${JSON.stringify(text)} is not a valid pattern for --${name}.`, {
      cause,
      remedy: "Write a regular expression such as 'processed [0-9]+ jobs'.",
    });
  }
}
