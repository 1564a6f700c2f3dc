import type { WantedMetric } from "../../check/metrics/expect.ts";
import { checkMetrics } from "../../commands/check-metrics.ts";
import { OffshootError } from "../../errors.ts";
import type { Execute } from "../invocation.ts";
import { printFindings } from "../checks.ts";

export const execute: Execute = async (invocation, flags, [url = ""]) => {
  const metrics = [
    ...(flags["metric"] as readonly string[]).map((text) => readMetric(text, false)),
    ...(flags["optional"] as readonly string[]).map((text) => readMetric(text, true)),
  ];
  const result = await checkMetrics({ ...invocation.options, url, metrics, token: flags["token"], within: flags["within"] });
  printFindings(invocation, result, "The endpoint tells what it should");
};

// A name may hold colons, so that only what is a type is taken for one.
const TYPED = /^(.+):(counter|gauge|histogram|summary|untyped)$/;

function readMetric(text: string, optional: boolean): WantedMetric {
  const [, name = text, type] = TYPED.exec(text) ?? [];
  if (/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) return { name, type, optional };
  throw new OffshootError("USAGE", `${text} is no name of a metric.`, {
    remedy: "Write it as runs_total or runs_total:counter; types are counter, gauge, histogram, summary and untyped.",
  });
}
