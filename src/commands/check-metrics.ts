import type { WantedMetric } from "../check/metrics/expect.ts";
import { type CheckResult, resultOf } from "../check/report.ts";
import { describeFindings, tellFindings } from "../check/tell.ts";
import { readTime } from "../check/time.ts";
import { cancelled, deadline } from "../deadline.ts";
import { OffshootError } from "../errors.ts";
import { silent } from "../events.ts";
import type { CommonOptions } from "../context/context.ts";
import { inPhase } from "../context/phase.ts";

export interface CheckMetricsOptions extends Pick<CommonOptions, "env" | "signal" | "onEvent"> {
  /** The endpoint, or the name of a variable that holds it. User and password in it are sent as basic authentication. */
  readonly url: string;
  /** What must be there; default: the endpoint must only answer in the format. */
  readonly metrics?: readonly WantedMetric[] | undefined;
  /** The name of a variable that holds a bearer token; default none is sent. */
  readonly token?: string | undefined;
  /** How long to go on asking while something is missing, such as `30s`, which is the default. */
  readonly within?: string | undefined;
}

export type { WantedMetric } from "../check/metrics/expect.ts";

/**
 * Asks a Prometheus endpoint for its metrics until all that are wanted are there, or the time is over. Findings are
 * a result, not an error. Throws `USAGE` for a URL, duration or variable that is none, and `CANCELLED`.
 */
export async function checkMetrics(options: CheckMetricsOptions): Promise<CheckResult> {
  const { metrics = [], signal, onEvent: emit = silent } = options;
  const env = options.env ?? process.env;
  const url = readUrl(options.url, env);
  const token = options.token === undefined ? undefined : readVariable(options.token, env);
  const limit = deadline("the metrics", readTime("within", options.within ?? "30s"), signal);
  const { scrape } = await import("../check/metrics/scrape.ts");
  const found = await inPhase(
    emit,
    "audit",
    "metrics",
    () => scrape({ url, wanted: metrics, token, deadline: limit, signal, fetch: globalThis.fetch }),
    describeFindings,
  );
  if (signal?.aborted === true) throw cancelled("the metrics");
  const result = resultOf(found);
  tellFindings(emit, result.findings);
  return result;
}

function readUrl(text: string, env: CommonOptions["env"]): URL {
  const value = /^[A-Z_][A-Z0-9_]*$/.test(text) ? readVariable(text, env) : text;
  if (URL.canParse(value)) {
    const url = new URL(value);
    if (url.protocol === "http:" || url.protocol === "https:") return url;
  }
  throw new OffshootError("USAGE", `${text} is no URL of an endpoint.`, { remedy: "Write one such as http://localhost:8000/metrics" });
}

function readVariable(name: string, env: CommonOptions["env"]): string {
  const value = env?.[name];
  if (value !== undefined && value !== "") return value;
  throw new OffshootError("USAGE", `The variable ${name} is not set.`, { remedy: "Set it, or write the URL itself." });
}
