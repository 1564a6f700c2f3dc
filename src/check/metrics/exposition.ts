/** A metric of an endpoint. */
export interface Metric {
  /** `counter`, `gauge`, `histogram`, `summary` or `untyped`. */
  readonly type: string;
  readonly samples: number;
}

/** The metrics of an endpoint, or the first line for which Prometheus rejects the whole answer. */
export interface Exposition {
  /** By the name of the metric family, without `_bucket`, `_sum` and `_count`. */
  readonly metrics: ReadonlyMap<string, Metric>;
  readonly problem?: { readonly line: number; readonly text: string; readonly why: string } | undefined;
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABELS = String.raw`\{\s*(?:[a-zA-Z_]\w*\s*=\s*"(?:[^"\\\n]|\\.)*"\s*(?:,\s*|(?=\})))*\}`;
const VALUE = String.raw`[-+]?(?:\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|[Ii]nf|[Ii]nfinity|[Nn]a[Nn])`;
// OpenMetrics adds exemplars after a number sign.
const SAMPLE = new RegExp(String.raw`^(${NAME})(${LABELS})?\s+${VALUE}(?:\s+-?\d+(?:\.\d+)?)?(?:\s+#\s.*)?\s*$`);
const TYPE = new RegExp(String.raw`^#\s+TYPE\s+(${NAME})\s+(\w+)\s*$`);
const TYPES = new Set(["counter", "gauge", "histogram", "summary", "untyped", "unknown", "info", "stateset", "gaugehistogram"]);
/** The suffixes of OpenMetrics and histograms after the name of the family. */
const SUFFIXES = ["_total", "_created", "_bucket", "_sum", "_count", "_info", "_gsum", "_gcount"];

/**
 * Reads the text format of Prometheus 0.0.4 and OpenMetrics 1.0 (Prometheus documentation, "Exposition formats").
 * A counter has the name for queries, with `_total`. Stops at the first line that is in neither format.
 */
export function readExposition(text: string): Exposition {
  const types = new Map<string, string>();
  const samples = new Map<string, number>();
  const names = new Set<string>();
  const seen = new Set<string>();
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const reject = (why: string): Exposition => ({ metrics: new Map(), problem: { line: at + 1, text: line.slice(0, 200), why } });
    if (line.trim() === "") continue;
    if (line.startsWith("#")) {
      const [, name = "", type = ""] = TYPE.exec(line) ?? [];
      if (name === "") continue;
      if (!TYPES.has(type)) return reject(`unknown type ${type}`);
      if (types.has(name)) return reject(`second type for ${name}`);
      if (samples.has(name)) return reject(`the type of ${name} comes after its values`);
      types.set(name, type);
      continue;
    }
    const [, name, labels = ""] = SAMPLE.exec(line) ?? [];
    if (name === undefined) return reject("not a comment and not a value");
    const series = `${name}${labels.replaceAll(/\s/g, "")}`;
    if (seen.has(series)) return reject(`second value for ${series}`);
    seen.add(series);
    names.add(name);
    const family = familyOf(name, types);
    samples.set(family, (samples.get(family) ?? 0) + 1);
  }
  const metrics = new Map<string, Metric>();
  for (const name of new Set([...types.keys(), ...samples.keys()])) {
    const type = types.get(name) ?? "untyped";
    // OpenMetrics declares a counter without the suffix `_total` of its values.
    const queried = type === "counter" && names.has(`${name}_total`) ? `${name}_total` : name;
    metrics.set(queried, { type, samples: samples.get(name) ?? 0 });
  }
  return { metrics };
}

function familyOf(name: string, types: ReadonlyMap<string, string>): string {
  if (types.has(name)) return name;
  const suffix = SUFFIXES.find((each) => name.endsWith(each) && types.has(name.slice(0, -each.length)));
  return suffix === undefined ? name : name.slice(0, -suffix.length);
}
