import { nearest } from "../../nearest.ts";
import { found, type CheckFinding } from "../finding.ts";
import type { Exposition } from "./exposition.ts";

/** A metric that the endpoint must have. */
export interface WantedMetric {
  readonly name: string;
  /** Such as `counter`; undefined: any type. */
  readonly type?: string | undefined;
  /** Whether its problems are only warnings; default false. */
  readonly optional?: boolean | undefined;
}

/** The problems of an endpoint's answer. Pure. `url` names the endpoint in the findings. */
export function expectMetrics(url: string, answer: Exposition, wanted: readonly WantedMetric[]): readonly CheckFinding[] {
  const { metrics, problem, warnings } = answer;
  if (problem !== undefined) {
    const { line, text, why } = problem;
    return [found("endpoint-format", { kind: "endpoint", name: url }, { line: String(line), text, why })];
  }
  const asked = wanted.flatMap(({ name, type, optional }) => {
    const findings = expectOne(metrics, name, type);
    return optional === true ? findings.map((one): CheckFinding => ({ ...one, severity: "warning" })) : findings;
  });
  return [...asked, ...warnings.map(({ code, name, line }) => found(code, { kind: "metric", name }, { line: String(line) }))];
}

function expectOne(metrics: Exposition["metrics"], name: string, type: string | undefined): readonly CheckFinding[] {
  const object = { kind: "metric", name } as const;
  const metric = metrics.get(name);
  if (metric === undefined)
    return [found("metric-missing", object, { nearest: variantOf(name, metrics) ?? nearest(name, metrics.keys()) })];
  return [
    ...(type !== undefined && canonical(type) !== metric.type
      ? [found("metric-type", object, { expected: type, actual: metric.type })]
      : []),
    ...(metric.samples === 0 ? [found("metric-empty", object, { type: metric.type })] : []),
  ];
}

/** Endings that the formats and clients add to the name of a metric, and that OpenMetrics adds to its values. */
const ENDINGS = ["_total", "_info", "_created", "_count", "_sum", "_bucket", "_gcount", "_gsum"];

/** The metric whose name differs only by such an ending. */
function variantOf(name: string, metrics: Exposition["metrics"]): string | undefined {
  const shorter = ENDINGS.filter((ending) => name.endsWith(ending)).map((ending) => name.slice(0, -ending.length));
  return [...ENDINGS.map((ending) => `${name}${ending}`), ...shorter].find((each) => metrics.has(each));
}

/** OpenMetrics has another word for this type. */
function canonical(type: string): string {
  return type === "unknown" ? "untyped" : type;
}
