import { matches } from "../../pattern.ts";
import { quoted } from "../../../catalog/quote.ts";
import { nearest } from "../../../nearest.ts";
import type { Mode, EntriesByName, Entry } from "../../spec/spec.ts";
import { type AuditFinding, finding, type ObjectKind, type Origin } from "../../finding.ts";

/** A property that an entry can require of an object. Both sides are texts, as reports show them. */
export interface Property<R, A> {
  readonly name: string;
  /** What the entry requires; undefined: nothing. */
  readonly expected: (entry: R) => string | undefined;
  readonly actual: (object: A) => string;
  /** What an "exactly" section requires when the entry leaves the property out; undefined: nothing. */
  readonly defaultText?: string | ((entry: R) => string | undefined);
  /** Whether both texts mean the same; default: the texts are equal. */
  readonly same?: (expected: string, actual: string) => boolean;
}

/** A section of the spec with the objects that it describes. */
export interface Section<R extends Entry, A extends { readonly name: string }> {
  readonly kind: ObjectKind;
  readonly file: string;
  /** The quoted name of the schema or table that the section belongs to; empty for the database. */
  readonly within: string;
  readonly mode: Mode;
  /** The entry that contains the section: unexpected objects are reported at its line. */
  readonly owner: Origin["entry"];
  readonly entries: EntriesByName<R> | undefined;
  readonly objects: readonly A[];
  readonly properties: readonly Property<R, A>[];
  /** Objects that are created and dropped with another one: they can be listed, and are never unexpected. */
  readonly isPart?: (object: A) => boolean;
  readonly describe?: (object: A) => string | undefined;
  /** What else an entry requires of an object that exists. */
  readonly inside?: (entry: R, object: A) => readonly AuditFinding[];
}

/** Compares one section: missing, forbidden and different objects and, in the mode "exactly", unexpected ones. */
export function compareSection<R extends Entry, A extends { readonly name: string }>(section: Section<R, A>): AuditFinding[] {
  const { kind, file, within, entries = new Map<string, R>(), objects, describe = () => undefined } = section;
  const byName = new Map(objects.map((object) => [object.name, object]));
  const named = (name: string) => ({ kind, name: within === "" ? quoted(name) : `${within}.${quoted(name)}` });
  const findings: AuditFinding[] = [];
  for (const [name, entry] of entries) {
    const object = byName.get(name);
    const origin = { file, entry };
    if (entry.pattern === true) {
      findings.push(...comparePattern(section, name, entry));
      continue;
    }
    if (entry.absent === true) {
      if (object !== undefined) findings.push(finding("forbidden", named(name), { definition: describe(object) }, origin));
    } else if (object === undefined) {
      const free = [...byName.keys()].filter((other) => !entries.has(other));
      findings.push(
        finding("missing", named(name), { expected: expectation(entry, section.properties), nearest: nearest(name, free) }, origin),
      );
    } else {
      if (!entry.nameOnly) findings.push(...compareProperties(section, named(name), entry, object));
      findings.push(...(section.inside?.(entry, object) ?? []));
    }
  }
  if (section.mode === "exactly") {
    for (const object of objects) {
      if (covers(entries, object.name) || section.isPart?.(object) === true) continue;
      findings.push(finding("unexpected", named(object.name), { definition: describe(object) }, { file, entry: section.owner }));
    }
  }
  return findings;
}

/** Compares every object whose name matches. A pattern requires only what it lists, in the mode "exactly" too. */
function comparePattern<R extends Entry, A extends { readonly name: string }>(
  section: Section<R, A>,
  pattern: string,
  entry: R,
): AuditFinding[] {
  const { kind, file, within, objects, describe = () => undefined } = section;
  const origin = { file, entry };
  const matching = objects.filter(({ name }) => matches(pattern, name));
  if (matching.length === 0 && entry.required === true) return [noMatch(kind, within, pattern, origin)];
  return matching.flatMap((object) => {
    const found = { kind, name: within === "" ? quoted(object.name) : `${within}.${quoted(object.name)}` };
    if (entry.absent === true) return [finding("forbidden", found, { definition: describe(object) }, origin)];
    const properties = entry.nameOnly ? [] : compareProperties({ ...section, mode: "at least" }, found, entry, object);
    return [...properties, ...(section.inside?.(entry, object) ?? [])];
  });
}

/** The finding for a required pattern without a match. */
export function noMatch(kind: ObjectKind, within: string, pattern: string, origin: Origin): AuditFinding {
  const object = { kind, name: within === "" ? pattern : `${within}.${pattern}` };
  return finding("missing", object, { expected: "at least one whose name matches" }, origin);
}

/** Whether a section lists a name, exactly or by a pattern. */
export function covers(entries: EntriesByName<Entry> | undefined, name: string): boolean {
  if (entries === undefined) return false;
  if (entries.has(name)) return true;
  return [...entries].some(([key, entry]) => entry.pattern === true && matches(key, name));
}

/** Compares the properties of one object with what its entry requires. */
export function compareProperties<R extends Entry, A>(
  section: Pick<Section<R, A & { name: string }>, "file" | "mode"> & { readonly properties: readonly Property<R, A>[] },
  object: AuditFinding["object"],
  entry: R,
  actual: A,
): AuditFinding[] {
  return section.properties.flatMap(({ name, expected: expectedOf, actual: actualOf, defaultText, same = (a, b) => a === b }) => {
    const implied = typeof defaultText === "function" ? defaultText(entry) : defaultText;
    const expected = expectedOf(entry) ?? (section.mode === "exactly" ? implied : undefined);
    if (expected === undefined) return [];
    const found = actualOf(actual);
    if (same(expected, found)) return [];
    return [finding("different", object, { property: name, expected, actual: found }, { file: section.file, entry })];
  });
}

/** What an entry requires of a missing object, in one line. */
function expectation<R extends Entry, A>(entry: R, properties: readonly Property<R, A>[]): string | undefined {
  const required = properties.flatMap(({ name, expected: expectedOf }) => {
    const text = expectedOf(entry);
    return text === undefined ? [] : [name === "type" || name === "definition" ? text : `${name} ${text}`];
  });
  return required.length === 0 ? undefined : required.join(", ");
}

export const NONE = "none";

/** The text of a value that can be absent. */
export function orNone(value: string | null | undefined): string {
  return value === null || value === undefined ? NONE : value;
}

/** The text of a value in the spec: null means "none", undefined means that the entry requires nothing. */
export function expectedOrNone(value: string | null | undefined): string | undefined {
  return value === null ? NONE : value;
}

export function yesNo(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : value ? "yes" : "no";
}

export function listed(values: readonly string[] | undefined): string | undefined {
  return values === undefined ? undefined : values.length === 0 ? NONE : values.join(", ");
}

/** Whether two texts of Postgres are equal but for their line breaks. */
export function sameText(expected: string, actual: string): boolean {
  return flat(expected) === flat(actual);
}

function flat(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().replace(/;$/, "");
}
