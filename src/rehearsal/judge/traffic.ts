import { found, type RehearsalFinding } from "../finding.ts";
import { inWords, figuresOf } from "../report/traffic.ts";
import type { Latency, MeasuredTraffic } from "../traffic/traffic.ts";

/** What the traffic met: always its figures, and each statement that failed only since the migrations ran. Pure. */
export function judgeTraffic(traffic: MeasuredTraffic): readonly RehearsalFinding[] {
  const { file, all, statements } = traffic;
  const place = (line: number): { readonly at: { readonly file: string; readonly line: number } } => ({ at: { file, line } });
  const failing = statements.filter(({ before, during, after }) => before.errors === 0 && during.errors + after.errors > 0);
  const failures = failing.map(({ name, sql, line, during, after }) =>
    found(
      "traffic-fails",
      { kind: "statement", name },
      {
        statement: sql,
        during: inWords(during),
        after: inWords(after),
        causes: [...new Set([...during.causes, ...after.causes])],
        isLasting: isLasting(after),
      },
      place(line),
    ),
  );
  const slowest = statements.toSorted((one, other) => other.during.longestWaitMs - one.during.longestWaitMs)[0];
  if (slowest === undefined) return failures;
  const figures = found(
    "traffic-waits",
    { kind: "statement", name: slowest.name },
    {
      statement: slowest.sql,
      longest: figuresOf(slowest.during).longest,
      usual: figuresOf(slowest.before).longest,
      before: inWords(all.before),
      during: inWords(all.during),
      after: inWords(all.after),
    },
    place(slowest.line),
  );
  return [...failures, figures];
}

/** After the migrations nothing is locked any more: what fails then, fails until the application is changed. */
function isLasting({ errors, count }: Latency): "yes" | "no" | "not seen" {
  if (errors > 0) return "yes";
  return count === 0 ? "not seen" : "no";
}
