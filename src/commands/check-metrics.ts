import { checkOptionNames } from "../context/option-names.ts";
import type { WantedMetric } from "../check/metrics/expect.ts";
import { describeFindings } from "../findings/count.ts";
import type { Severity } from "../findings/finding.ts";
import { type CheckResult, durationOption, finishCheck } from "./check-result.ts";
import { cancelled, deadline } from "../deadline.ts";
import { type Env, readGivenUrl, readVariable, type UrlKind } from "../environment.ts";
import { silent } from "../events.ts";
import type { CommonOptions } from "../context/context.ts";
import { withCleanErrors } from "../context/clean-errors.ts";
import { inPhase } from "../context/phase.ts";
import { secretValues } from "../own-secrets.ts";

export interface CheckMetricsOptions extends Pick<CommonOptions, "env" | "signal" | "onEvent"> {
  /** URL of the endpoint, or the name of an environment variable that holds it. Its user and password are sent as basic authentication. */
  readonly url: string;
  /** The metrics to look for; default none: the endpoint must only answer in the Prometheus format. */
  readonly metrics?: readonly WantedMetric[] | undefined;
  /** The name of an environment variable that holds a bearer token; default no token is sent. */
  readonly token?: string | undefined;
  /** How long to repeat the request while a metric is missing, such as `2m`; default `30s`. */
  readonly within?: string | undefined;
  /** The lowest severity that fails the check; default `error`. */
  readonly failOn?: Severity | undefined;
}

export type { WantedMetric } from "../check/metrics/expect.ts";

const HTTP_URL: UrlKind = {
  name: "an HTTP URL",
  form: "a URL such as http://localhost:8000/metrics, with a port of at most 65535",
  matches: (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
};

/**
 * Requests the metrics of a Prometheus endpoint until all wanted metrics are found or the time is over. Findings are a
 * result, not an error. Throws `URL_INVALID`, `USAGE` for an invalid duration or a token variable that is not set, and
 * `CANCELLED`.
 */
export async function checkMetrics(options: CheckMetricsOptions): Promise<CheckResult> {
  checkOptionNames(options);
  const env = options.env ?? process.env;
  return withCleanErrors({ secrets: secretValues(env) }, () => checkWith(options, env));
}

async function checkWith(options: CheckMetricsOptions, env: Env): Promise<CheckResult> {
  const { metrics = [], signal, onEvent: emit = silent } = options;
  const url = new URL(readGivenUrl(options.url, "the argument <url>", env, HTTP_URL).url);
  const token = options.token === undefined ? undefined : readVariable(options.token, "--token", env);
  const limit = deadline("the metrics", durationOption("within", options.within ?? "30s"), signal);
  const { scrape } = await import("../check/metrics/scrape.ts");
  const findings = await inPhase(
    emit,
    "metrics",
    url.host,
    () => scrape({ url, wanted: metrics, token, deadline: limit, signal }),
    describeFindings,
  );
  if (signal?.aborted === true) throw cancelled("the metrics");
  return finishCheck({ command: "check metrics", findings, failOn: options.failOn, emit });
}
