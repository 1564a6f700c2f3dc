import { type Drift, drift } from "../../drift.ts";
import { REPORTS } from "../../drift/report/registry.ts";
import { EXIT, OffshootError } from "../../errors.ts";
import { nearest } from "../../nearest.ts";
import type { Execute } from "../invocation.ts";
import { paintDrift } from "../paint.ts";

export const execute: Execute = async (invocation, flags) => {
  const { expected, actual, ignore, compare } = flags;
  const report = reportFlag(String(flags["report"]));
  const result = await drift({ ...invocation.options, expected, actual, ignore, compare });
  if (invocation.json) invocation.write(`${JSON.stringify(result)}\n`);
  else invocation.write(report(result));
  if (!result.equal) invocation.exitCode = EXIT.findings;
};

function reportFlag(name: string): (result: Drift) => string {
  const known = Object.keys(REPORTS) as readonly (keyof typeof REPORTS)[];
  const found = known.find((candidate) => candidate === name);
  if (found !== undefined) return (result) => REPORTS[found](result, paintDrift);
  const meant = nearest(name, known);
  throw new OffshootError("USAGE", `--report ${name} is not known${meant === undefined ? "." : `; did you mean ${meant}?`}`, {
    remedy: `Use one of ${known.join(", ")}, or --json.`,
  });
}
