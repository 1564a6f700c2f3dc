import type { Format } from "./content-type.ts";
import { readOpenMetricsLine } from "./openmetrics.ts";
import { type Entry, Rejected, scan } from "./scanner.ts";
import { readTextLine } from "./text-format.ts";

/** A metric of an endpoint. */
export interface Metric {
  /** `counter`, `gauge`, `histogram`, `summary`, `untyped`, or a type that only OpenMetrics has. */
  readonly type: string;
  readonly samples: number;
}

/** The metrics of an endpoint, or the first line for which Prometheus rejects the whole answer. */
export interface Exposition {
  /** By the names that queries use: of the samples, and of histograms and summaries without a suffix. */
  readonly metrics: ReadonlyMap<string, Metric>;
  /** What Prometheus accepts, but not as it was meant. */
  readonly warnings: readonly Warning[];
  readonly problem?: { readonly line: number; readonly text: string; readonly why: string } | undefined;
}

export interface Warning {
  readonly code: "series-twice" | "type-twice" | "type-late";
  /** The metric's name. */
  readonly name: string;
  readonly line: number;
}

/** The suffixes of the samples after the name of the family (OpenMetrics 1.0, "MetricFamily"). */
const SUFFIXES = ["_total", "_created", "_bucket", "_sum", "_count", "_info", "_gsum", "_gcount"];
/** What queries use for a type in place of the family's name. */
const QUERIED: Readonly<Record<string, string>> = { counter: "_total", info: "_info" };
// A generated mistake is in thousands of lines. The first ones show it.
const MOST_WARNINGS = 10;

/** Reads an answer as the server of Prometheus does, and accepts and rejects the same bytes. */
export function readExposition(bytes: Uint8Array, format: Format): Exposition {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  // Prometheus adds the last line break of the text format itself.
  const scanner = scan(format.kind === "text" ? `${text}\n` : text);
  const collected = collector();
  let line = 1;
  for (let start = 0; format.kind === "openmetrics" || !scanner.atEnd();) {
    try {
      const entry = format.kind === "text" ? readTextLine(scanner, format.quotedNames) : readOpenMetricsLine(scanner, format.quotedNames);
      if (entry === undefined) break;
      collected.add(entry, line);
    } catch (thrown) {
      if (!(thrown instanceof Rejected)) throw thrown;
      return { metrics: new Map(), warnings: [], problem: { line, text: lineAt(text, start), why: thrown.message } };
    }
    line += text.slice(start, scanner.at()).split("\n").length - 1;
    start = scanner.at();
  }
  return collected.result();
}

function lineAt(text: string, start: number): string {
  const [line = ""] = text.slice(start, start + 200).split("\n");
  return Buffer.from(line, "latin1").toString("utf8");
}

interface Collector {
  /** Throws `Rejected` for a sample that Prometheus cannot store. */
  readonly add: (entry: Entry, line: number) => void;
  readonly result: () => Exposition;
}

function collector(): Collector {
  const types = new Map<string, string>();
  const samples = new Map<string, number>();
  const seen = new Set<string>();
  const warnings: Warning[] = [];
  const warn = (code: Warning["code"], name: string, line: number): void => {
    if (warnings.length < MOST_WARNINGS) warnings.push({ code, name, line });
  };
  return {
    add: (entry, line) => {
      if (entry.kind === "type") {
        if (types.has(entry.name)) warn("type-twice", entry.name, line);
        else if (samples.has(entry.name)) warn("type-late", entry.name, line);
        if (!types.has(entry.name)) types.set(entry.name, entry.type === "unknown" ? "untyped" : entry.type);
      } else if (entry.kind === "sample") {
        const { name, labels, timestamp } = entry;
        // The name is a label, too.
        const names = ["__name__", ...labels.map(([label]) => label)].toSorted();
        const twice = names.find((label, at) => label === names[at + 1]);
        if (twice !== undefined) throw new Rejected(`the label ${twice} is there twice`);
        const series = JSON.stringify([name, timestamp, ...labels.toSorted(([a], [b]) => (a < b ? -1 : 1))]);
        if (seen.has(series)) warn("series-twice", name, line);
        seen.add(series);
        samples.set(name, (samples.get(name) ?? 0) + 1);
      }
    },
    result: () => ({ metrics: metricsOf(types, samples), warnings }),
  };
}

function metricsOf(types: ReadonlyMap<string, string>, samples: ReadonlyMap<string, number>): ReadonlyMap<string, Metric> {
  const metrics = new Map<string, Metric>();
  const ofFamily = new Map<string, number>();
  for (const [name, count] of samples) {
    const family = familyOf(name, types);
    metrics.set(name, { type: types.get(family) ?? "untyped", samples: count });
    ofFamily.set(family, (ofFamily.get(family) ?? 0) + count);
  }
  for (const [family, type] of types) {
    if (metrics.has(family)) continue;
    const suffix = QUERIED[type] ?? "";
    const queried = family.endsWith(suffix) ? family : `${family}${suffix}`;
    if (metrics.has(queried)) continue;
    const count = ofFamily.get(family) ?? 0;
    metrics.set(family, { type, samples: count });
    if (count === 0) metrics.set(queried, { type, samples: 0 });
  }
  return metrics;
}

function familyOf(name: string, types: ReadonlyMap<string, string>): string {
  if (types.has(name)) return name;
  const suffix = SUFFIXES.find((each) => name.endsWith(each) && types.has(name.slice(0, -each.length)));
  return suffix === undefined ? name : name.slice(0, -suffix.length);
}
