import { sequenceOptions } from "./sequence-options.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { byObject, type Change, type ChangedKind, describeDifferences, type Difference, inOneLine, keyOf } from "./change.ts";
import { type Fact, factsOf } from "./facts.ts";
import { type Normalisations, normalise } from "./normalise/normalisations.ts";

export type { Change } from "./change.ts";
export type { Normalisations } from "./normalise/normalisations.ts";

/**
 * What must change in `actual` to match `expected`, sorted by object; empty if they match. The parts of a missing or extra
 * object (the columns of a table, the grants on a function) are not listed separately. `options` turns normalisations on
 * and off; see `NORMALISATIONS`.
 */
export function compareCatalogs(expected: Catalog, actual: Catalog, options: Partial<Normalisations> = {}): readonly Change[] {
  const [left, right] = normalise(expected, actual, options);
  return compareFacts(factsOf(left), factsOf(right));
}

function compareFacts(expected: ReadonlyMap<string, Fact>, actual: ReadonlyMap<string, Fact>): readonly Change[] {
  const missing = onlyIn(expected, actual);
  const extra = onlyIn(actual, expected);
  const changed = [...expected].flatMap(([key, fact]) => {
    const found = actual.get(key);
    const differences = found === undefined ? [] : differencesOf(fact, found);
    return differences.length === 0 ? [] : [{ fact, differences }];
  });
  return [
    ...withoutParts(missing).map((fact) => missingOrExtra("missing", fact, expected)),
    ...withoutParts(extra).map((fact) => missingOrExtra("extra", fact, actual)),
    ...changed.map(({ fact, differences }) => different(fact, differences)),
  ].toSorted(byObject);
}

function onlyIn(one: ReadonlyMap<string, Fact>, other: ReadonlyMap<string, Fact>): ReadonlyMap<string, Fact> {
  return new Map([...one].filter(([key]) => !other.has(key)));
}

/** Leaves out the parts of objects that are in the same map, and what a table only inherits from its parent. */
function withoutParts(facts: ReadonlyMap<string, Fact>): readonly Fact[] {
  return [...facts.values()].filter(
    ({ partOf, properties }) =>
      !partOf.some((whole) => facts.has(whole)) && (properties["inherited"] !== true || properties["own"] === true),
  );
}

function missingOrExtra(change: "missing" | "extra", fact: Fact, all: ReadonlyMap<string, Fact>): Change {
  return { change, kind: fact.kind, object: fact.id, detail: inOneLine(summaryOf(fact, all)), differences: [] };
}

/** Where the properties are not enough to understand a missing or extra object, with what explains it. */
function summaryOf(fact: Fact, all: ReadonlyMap<string, Fact>): string {
  const { kind, id } = fact;
  if (kind === "default privilege" && id.includes(" in every schema for ")) {
    return `${summary(fact) || "no rights"}, instead of the rights that Postgres gives by default`;
  }
  if (kind === "operator class") return [`for ${text(fact.properties["type"])}`, summary(fact)].filter((part) => part !== "").join(", ");
  if (kind !== "operator family") return summary(fact);
  // Postgres creates a family for each class without one, so the class is often all that was written.
  const classes = [...all.values()].filter((each) => each.kind === "operator class" && each.partOf.includes(keyOf(kind, id)));
  return [...classes.map((each) => `operator class ${each.id} for ${text(each.properties["type"])}`), summary(fact)]
    .filter((part) => part !== "")
    .join(", ");
}

function different(fact: Fact, differences: readonly Difference[]): Change {
  return { change: "different", kind: fact.kind, object: fact.id, detail: describeDifferences(differences), differences };
}

function differencesOf(expected: Fact, actual: Fact): readonly Difference[] {
  const names = new Set([...Object.keys(expected.properties), ...Object.keys(actual.properties)]);
  return [...names].flatMap((name) => {
    const [left, right] =
      name === "columnOrder" ? columnOrders(expected, actual) : [text(expected.properties[name]), text(actual.properties[name])];
    if (left === right) return [];
    if (name === "body") return [{ property: "body", expected: `SHA-256 ${left?.slice(0, 12)}`, actual: `SHA-256 ${right?.slice(0, 12)}` }];
    // An empty list, such as the tables of a publication.
    return [{ property: spaced(name), expected: left === "" ? undefined : left, actual: right === "" ? undefined : right }];
  });
}

/** The order of the columns that both sides have. A column on one side only is a change of its own. */
function columnOrders(expected: Fact, actual: Fact): readonly [string, string] {
  const [left, right] = [namesIn(expected), namesIn(actual)];
  return [left.filter((name) => right.includes(name)).join(", "), right.filter((name) => left.includes(name)).join(", ")];
}

function namesIn({ properties }: Fact): readonly unknown[] {
  return Array.isArray(properties["columnOrder"]) ? properties["columnOrder"] : [];
}

/** An object in one line, from its most important properties. */
function summary({ kind, properties }: Fact): string {
  const names = SUMMARY_PROPERTIES[kind] ?? ["definition"];
  const words = names
    .map((name) => [name, text(properties[name])] as const)
    .filter(([name, value]) => value !== undefined && !(name === "nullable" && value === "yes"))
    .map(([name, value]) => {
      if (name === "nullable") return "not null";
      if (name === "default") return `default ${value}`;
      if (name === "identity") return `generated ${value} as identity`;
      if (name === "generated") return `generated always as (${value}) ${properties["virtual"] === true ? "virtual" : "stored"}`;
      if (name === "arguments") return `(${value})`;
      return name === "result" ? `returns ${value}` : (value ?? "");
    })
    .join(" ");
  return kind === "sequence" ? `${words}${sequenceOptions(properties)}` : words;
}

const SUMMARY_PROPERTIES: Partial<Record<ChangedKind, readonly string[]>> = {
  table: ["columnOrder"],
  column: ["type", "nullable", "default", "generated", "identity"],
  view: ["columns"],
  "materialized view": ["columns"],
  sequence: ["type"],
  function: ["arguments", "result"],
  procedure: ["arguments"],
  aggregate: ["arguments", "result"],
  "event trigger": ["event", "function"],
  composite: ["attributes"],
  range: ["subtype"],
  collation: ["provider", "locale"],
  operator: ["function"],
  "operator family": ["members"],
  "operator class": ["members"],
  cast: ["context"],
  publication: ["operations", "tables"],
  "foreign server": ["wrapper"],
  enum: ["labels"],
  domain: ["type", "nullable", "default"],
  policy: ["command", "roles", "using", "check"],
  extension: ["version"],
  grant: ["rights"],
  "default privilege": ["rights"],
  comment: ["text"],
};

function text(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map((item) => (typeof item === "string" ? item : JSON.stringify(item))).join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Writes `nullsNotDistinct` as `nulls not distinct`. */
function spaced(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
