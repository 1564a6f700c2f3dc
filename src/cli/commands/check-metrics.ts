import type { WantedMetric } from "../../check/metrics/expect.ts";
import { checkMetrics } from "../../commands/check-metrics.ts";
import { OffshootError } from "../../errors.ts";
import { nearest } from "../../nearest.ts";
import type { Execute } from "../invocation.ts";
import { reportFlags, writeReports } from "../reports.ts";

export const execute: Execute = async (invocation, flags, [url = ""]) => {
  const metrics = [
    ...(flags["metric"] as readonly string[]).map((text) => readMetric(text, false)),
    ...(flags["optional"] as readonly string[]).map((text) => readMetric(text, true)),
  ];
  const { reports, failOn } = reportFlags(flags, invocation.json);
  const result = await checkMetrics({ ...invocation.options, url, metrics, token: flags["token"], within: flags["within"], failOn });
  await writeReports(result, reports, invocation);
};

// The name of a metric can contain colons, so the last part counts as a type only if it is one.
const TYPES = ["counter", "gauge", "histogram", "summary", "untyped", "gaugehistogram", "info", "stateset", "unknown"];
const NAME_AND_TYPE = new RegExp(`^(.+):(${TYPES.join("|")})$`);
// Prometheus 3 has names with any characters, such as http.server.duration. A selector has more than the name.
const NAME = /^(?:[^\s{}"=,]+|"[^"\n]+")$/;

function readMetric(text: string, optional: boolean): WantedMetric {
  const [, name = text, type] = NAME_AND_TYPE.exec(text) ?? [];
  const [, misspelt] = type === undefined ? (/^[^"]+:([a-z]{4,})$/i.exec(text) ?? []) : [];
  const meant = misspelt === undefined ? undefined : nearest(misspelt.toLowerCase(), TYPES);
  if (meant !== undefined) {
    throw new OffshootError("USAGE", `${misspelt} is not a type of a metric. Did you mean ${meant}?`, {
      remedy: `The types are ${TYPES.join(", ")}. If the colon belongs to the name, write the name in double quotes: '"${text}"'`,
    });
  }
  if (NAME.test(name)) return { name: name.replaceAll('"', ""), type, optional };
  throw new OffshootError("USAGE", `${text} is not a valid metric name.`, {
    remedy:
      "Write runs_total or runs_total:counter. Labels cannot be given. A name with spaces or other such characters is written in double quotes: '\"queue length\"'. The types are counter, gauge, histogram, summary, untyped, info, stateset and gaugehistogram.",
  });
}
