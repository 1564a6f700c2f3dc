import type { Catalog } from "../catalog/catalog.ts";
import { byObject, type Change, type ChangedKind, describeDifferences, type Difference, inOneLine } from "./change.ts";
import { type Fact, factsOf } from "./facts.ts";
import { type Normalisations, normalise } from "./normalise/normalisations.ts";

export type { Change } from "./change.ts";
export type { Normalisations } from "./normalise/normalisations.ts";

/**
 * What has to change in `actual` for it to be as `expected`: sorted by object, none where they agree. Parts of a
 * missing or extra object (the columns of a table, the grants on a function) are not listed beside it. `options`
 * switches off normalisations that apply by default; see `NORMALISATIONS`.
 */
export function compareCatalogs(expected: Catalog, actual: Catalog, options: Partial<Normalisations> = {}): readonly Change[] {
  const [left, right] = normalise(expected, actual, options);
  return compareFacts(factsOf(left), factsOf(right));
}

/** `compareCatalogs` on what is normalised already. */
export function compareFacts(expected: ReadonlyMap<string, Fact>, actual: ReadonlyMap<string, Fact>): readonly Change[] {
  const missing = absent(expected, actual);
  const extra = absent(actual, expected);
  const different = [...expected].flatMap(([key, fact]) => {
    const found = actual.get(key);
    const differences = found === undefined ? [] : differencesOf(fact, found);
    return differences.length === 0 ? [] : [{ fact, differences }];
  });
  return [
    ...wholes(missing).map((fact) => alone("missing", fact)),
    ...wholes(extra).map((fact) => alone("extra", fact)),
    ...different.map(({ fact, differences }) => changed(fact, differences)),
  ].toSorted(byObject);
}

function absent(here: ReadonlyMap<string, Fact>, there: ReadonlyMap<string, Fact>): ReadonlyMap<string, Fact> {
  return new Map([...here].filter(([key]) => !there.has(key)));
}

/** Without the parts of what is absent itself, and without what a partition or heir has from its parent. */
function wholes(facts: ReadonlyMap<string, Fact>): readonly Fact[] {
  return [...facts.values()].filter(
    ({ partOf, properties }) => !partOf.some((whole) => facts.has(whole)) && properties["inherited"] !== true,
  );
}

function alone(change: "missing" | "extra", fact: Fact): Change {
  return { change, kind: fact.kind, object: fact.id, detail: inOneLine(summary(fact)), differences: [] };
}

function changed(fact: Fact, differences: readonly Difference[]): Change {
  return { change: "different", kind: fact.kind, object: fact.id, detail: describeDifferences(differences), differences };
}

function differencesOf(expected: Fact, actual: Fact): readonly Difference[] {
  const names = new Set([...Object.keys(expected.properties), ...Object.keys(actual.properties)]);
  return [...names].flatMap((name) => {
    const [left, right] =
      name === "columnOrder" ? orders(expected, actual) : [text(expected.properties[name]), text(actual.properties[name])];
    if (left === right) return [];
    if (name === "body") return [{ property: "body", expected: `SHA-256 ${left?.slice(0, 12)}`, actual: `SHA-256 ${right?.slice(0, 12)}` }];
    return [{ property: words(name), expected: left, actual: right }];
  });
}

/** The columns that both have, as each orders them: one that only one has is a change of its own. */
function orders(expected: Fact, actual: Fact): readonly [string, string] {
  const [left, right] = [namesIn(expected), namesIn(actual)];
  return [left.filter((name) => right.includes(name)).join(", "), right.filter((name) => left.includes(name)).join(", ")];
}

function namesIn({ properties }: Fact): readonly unknown[] {
  return Array.isArray(properties["columnOrder"]) ? properties["columnOrder"] : [];
}

/** What an object is, in one line, from its most telling properties. */
function summary({ kind, properties }: Fact): string {
  const told = TELLING[kind] ?? ["definition"];
  return told
    .map((name) => [name, text(properties[name])] as const)
    .filter(([name, value]) => value !== undefined && !(name === "nullable" && value === "yes"))
    .map(([name, value]) => {
      if (name === "nullable") return "not null";
      if (name === "default") return `default ${value}`;
      if (name === "arguments") return `(${value})`;
      return name === "result" ? `returns ${value}` : (value ?? "");
    })
    .join(" ");
}

const TELLING: Partial<Record<ChangedKind, readonly string[]>> = {
  table: ["columnOrder"],
  column: ["type", "nullable", "default", "generated"],
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

/** `nullsNotDistinct` as people write it. */
function words(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
