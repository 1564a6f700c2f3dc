import type { Finding, ObjectKind } from "../../findings/finding.ts";
import { matches } from "../pattern.ts";
import { quoted } from "../../catalog/quote.ts";
import { nearest } from "../../nearest.ts";
import type { Mode, Named, Rule } from "../spec/spec.ts";
import { finding, type Origin } from "./rule.ts";

/** A property that a rule may demand of an object. Both sides are texts, as they are shown. */
export interface Property<R, A> {
  readonly name: string;
  /** What the rule demands; undefined: it says nothing. */
  readonly wanted: (rule: R) => string | undefined;
  readonly actual: (object: A) => string;
  /** What silence means in an "exactly" section; undefined: nothing. */
  readonly plain?: string | ((rule: R) => string | undefined);
  /** Default: the texts are equal. */
  readonly same?: (wanted: string, actual: string) => boolean;
}

/** A section of the spec beside the objects of that place. */
export interface Section<R extends Rule, A extends { readonly name: string }> {
  readonly kind: ObjectKind;
  readonly file: string;
  /** Quoted names of what the section belongs to; none for what belongs to the database. */
  readonly within: string;
  readonly mode: Mode;
  /** The rule that the section stands in: where unexpected objects are told. */
  readonly owner: Origin["rule"];
  readonly rules: Named<R> | undefined;
  readonly objects: readonly A[];
  readonly properties: readonly Property<R, A>[];
  /** Objects that are part of another and come and go with it: they may be listed, and are never unexpected. */
  readonly isPart?: (object: A) => boolean;
  readonly describe?: (object: A) => string | undefined;
  /** What else a rule demands of an object that is there. */
  readonly inside?: (rule: R, object: A) => readonly Finding[];
}

/** Compares one section: what is missing, forbidden, different and, where the mode is "exactly", unexpected. */
export function compareSection<R extends Rule, A extends { readonly name: string }>(section: Section<R, A>): Finding[] {
  const { kind, file, within, rules = new Map<string, R>(), objects, describe = () => undefined } = section;
  const byName = new Map(objects.map((object) => [object.name, object]));
  const named = (name: string) => ({ kind, name: within === "" ? quoted(name) : `${within}.${quoted(name)}` });
  const told: Finding[] = [];
  for (const [name, rule] of rules) {
    const object = byName.get(name);
    const origin = { file, rule };
    if (rule.pattern === true) {
      told.push(...comparePattern(section, name, rule));
      continue;
    }
    if (rule.absent === true) {
      if (object !== undefined) told.push(finding("forbidden", named(name), { definition: describe(object) }, origin));
    } else if (object === undefined) {
      const free = [...byName.keys()].filter((other) => !rules.has(other));
      told.push(finding("missing", named(name), { expected: expectation(rule, section.properties), nearest: nearest(name, free) }, origin));
    } else {
      if (!rule.bare) told.push(...compareProperties(section, named(name), rule, object));
      told.push(...(section.inside?.(rule, object) ?? []));
    }
  }
  if (section.mode === "exactly") {
    for (const object of objects) {
      if (covers(rules, object.name) || section.isPart?.(object) === true) continue;
      told.push(finding("unexpected", named(object.name), { definition: describe(object) }, { file, rule: section.owner }));
    }
  }
  return told;
}

/** Every object whose name matches fulfils what is said, and nothing more: what is left out means nothing here. */
function comparePattern<R extends Rule, A extends { readonly name: string }>(section: Section<R, A>, pattern: string, rule: R): Finding[] {
  const { kind, file, within, objects, describe = () => undefined } = section;
  const origin = { file, rule };
  const matching = objects.filter(({ name }) => matches(pattern, name));
  if (matching.length === 0 && rule.required === true) return [noMatch(kind, within, pattern, origin)];
  return matching.flatMap((object) => {
    const found = { kind, name: within === "" ? quoted(object.name) : `${within}.${quoted(object.name)}` };
    if (rule.absent === true) return [finding("forbidden", found, { definition: describe(object) }, origin)];
    const properties = rule.bare ? [] : compareProperties({ ...section, mode: "at least" }, found, rule, object);
    return [...properties, ...(section.inside?.(rule, object) ?? [])];
  });
}

/** A pattern that must match something, and doesn't. */
export function noMatch(kind: ObjectKind, within: string, pattern: string, origin: Origin): Finding {
  const object = { kind, name: within === "" ? pattern : `${within}.${pattern}` };
  return finding("missing", object, { expected: "at least one whose name matches" }, origin);
}

/** Whether a section lists a name, by itself or by a pattern. */
export function covers(rules: Named<Rule> | undefined, name: string): boolean {
  if (rules === undefined) return false;
  if (rules.has(name)) return true;
  return [...rules].some(([key, rule]) => rule.pattern === true && matches(key, name));
}

/** Compares the properties of one object with what its rule demands. */
export function compareProperties<R extends Rule, A>(
  section: Pick<Section<R, A & { name: string }>, "file" | "mode"> & { readonly properties: readonly Property<R, A>[] },
  object: Finding["object"],
  rule: R,
  actual: A,
): Finding[] {
  return section.properties.flatMap(({ name, wanted, actual: actualOf, plain, same = (a, b) => a === b }) => {
    const silent = typeof plain === "function" ? plain(rule) : plain;
    const expected = wanted(rule) ?? (section.mode === "exactly" ? silent : undefined);
    if (expected === undefined) return [];
    const found = actualOf(actual);
    if (same(expected, found)) return [];
    return [finding("different", object, { property: name, expected, actual: found }, { file: section.file, rule })];
  });
}

/** What a rule says about an object that is missing, in one line. */
function expectation<R extends Rule, A>(rule: R, properties: readonly Property<R, A>[]): string | undefined {
  const said = properties.flatMap(({ name, wanted }) => {
    const text = wanted(rule);
    return text === undefined ? [] : [name === "type" || name === "definition" ? text : `${name} ${text}`];
  });
  return said.length === 0 ? undefined : said.join(", ");
}

export const NONE = "none";

/** A property that may be none, for the texts of both sides. */
export function orNone(value: string | null | undefined): string {
  return value === null || value === undefined ? NONE : value;
}

/** What a rule says of a property that may be none: undefined stays "not said". */
export function saidOrNone(value: string | null | undefined): string | undefined {
  return value === null ? NONE : value;
}

export function yesNo(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : value ? "yes" : "no";
}

export function listed(values: readonly string[] | undefined): string | undefined {
  return values === undefined ? undefined : values.length === 0 ? NONE : values.join(", ");
}

/** Texts of Postgres that may be broken into lines differently. */
export function sameText(wanted: string, actual: string): boolean {
  return flat(wanted) === flat(actual);
}

function flat(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().replace(/;$/, "");
}
