import { isPattern, literalName } from "../pattern.ts";
import type { EntriesByName, Entry } from "./spec.ts";

/** Where something stands in the file: the keys from the top. */
export type Path = readonly PropertyKey[];

/** What the readers of sections share. */
export interface Reader {
  readonly lineOf: (place: Path) => number;
  readonly problem: (place: Path, text: string) => void;
  readonly problemAt: (line: number, text: string) => void;
}

/** A section as written: names alone, or names with what is said about each. */
export type Section<E> = readonly string[] | Readonly<Record<string, E | null>>;

/** The part of a rule that is its own; `entries` adds the rest. */
export type EntryProperties<R extends Entry> = Omit<R, "line" | "nameOnly" | "pattern">;

/** Reads a section into rules, in the order of the file. */
export function readSection<E, R extends Entry>(
  section: Section<E> | undefined,
  place: Path,
  reading: Reader,
  read: (entry: E, at: Path, name: string) => EntryProperties<R>,
): EntriesByName<R> | undefined {
  if (section === undefined) return undefined;
  const rules = new Map<string, R>();
  const pairs = isList(section)
    ? section.map((name, at) => [name, null, at] as const)
    : Object.entries(section).map(([name, entry]) => [name, entry, name] as const);
  for (const [written, entry, key] of pairs) {
    const at = [...place, key];
    const pattern = isPattern(written);
    const name = pattern ? written : literalName(written);
    if (rules.has(name)) reading.problem(at, `"${name}" is listed twice`);
    const said = entry === null ? {} : read(entry, at, name);
    if (entry !== null) checkAbsent(entry, at, reading);
    if (!pattern && "required" in said) reading.problem([...at, "required"], `only a pattern can be "required": "${name}" holds no star`);
    // A rule is its body, its line, whether there is a body, and whether it stands for many.
    const rule = { ...said, ...(pattern ? { pattern } : {}), line: reading.lineOf(at), nameOnly: isNameOnly(entry) };
    rules.set(name, rule as unknown as R);
  }
  return rules;
}

/** A name alone, or with a reason and a severity for its existence. */
function isNameOnly(entry: unknown): boolean {
  if (entry === null) return true;
  return typeof entry === "object" && !Array.isArray(entry) && Object.keys(entry).every((key) => OF_THE_RULE.has(key));
}

/** Keys that say nothing of the object. */
const OF_THE_RULE = new Set(["reason", "severity", "required"]);
const BESIDE_ABSENT = new Set(["absent", "reason", "severity"]);

function checkAbsent(entry: unknown, at: Path, { problem }: Reader): void {
  if (typeof entry !== "object" || entry === null || !("absent" in entry)) return;
  const others = Object.keys(entry).filter((key) => !BESIDE_ABSENT.has(key));
  if (others.length > 0) problem([...at, others[0] ?? ""], `an absent object can't have ${others.map((key) => `"${key}"`).join(", ")}`);
}

function isList<E>(section: Section<E>): section is readonly string[] {
  return Array.isArray(section);
}

/** A value that YAML may take for a number or a truth value, as text. */
export function toText(value: string | number | boolean): string {
  return String(value);
}

/** `asText` that keeps "none" and "not said". */
export function toTextOrNull(value: string | number | boolean | null | undefined): string | null | undefined {
  return value === null || value === undefined ? value : toText(value);
}
