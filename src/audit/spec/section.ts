import { isPattern, literalName } from "../pattern.ts";
import type { EntriesByName, Entry } from "./spec.ts";

/** The keys from the top of the file to one value. */
export type Path = readonly PropertyKey[];

/** What the readers of all sections use. */
export interface Reader {
  readonly lineOf: (path: Path) => number;
  readonly problem: (path: Path, text: string) => void;
  readonly problemAt: (line: number, text: string) => void;
}

/** A section in the file: a list of names, or a mapping from names to entries. */
export type Section<E> = readonly string[] | Readonly<Record<string, E | null>>;

/** The properties of an entry that its reader gives; `readSection` adds the others. */
export type EntryProperties<E extends Entry> = Omit<E, "line" | "nameOnly" | "pattern">;

/** Reads a section into entries, in the order of the file. */
export function readSection<V, E extends Entry>(
  section: Section<V> | undefined,
  path: Path,
  reader: Reader,
  read: (value: V, path: Path, name: string) => EntryProperties<E>,
): EntriesByName<E> | undefined {
  if (section === undefined) return undefined;
  const entries = new Map<string, E>();
  const pairs = isList(section)
    ? section.map((name, at) => [name, null, at] as const)
    : Object.entries(section).map(([name, value]) => [name, value, name] as const);
  for (const [text, value, key] of pairs) {
    const at = [...path, key];
    const pattern = isPattern(text);
    const name = pattern ? text : literalName(text);
    if (entries.has(name)) reader.problem(at, `"${name}" is listed twice: remove one of the two`);
    const properties = value === null ? {} : read(value, at, name);
    if (value !== null) checkAbsent(value, at, reader);
    if (!pattern && "required" in properties) {
      reader.problem([...at, "required"], `"required" is only for patterns, and "${name}" has no star: remove "required"`);
    }
    const entry = { ...properties, ...(pattern ? { pattern } : {}), line: reader.lineOf(at), nameOnly: isNameOnly(value) };
    entries.set(name, entry as unknown as E);
  }
  return entries;
}

/** Whether an entry is only a name, or a name with a reason and a severity. */
function isNameOnly(value: unknown): boolean {
  if (value === null) return true;
  return typeof value === "object" && !Array.isArray(value) && Object.keys(value).every((key) => NOT_COMPARED.has(key));
}

/** Keys of an entry that are not properties of the object. */
const NOT_COMPARED = new Set(["reason", "severity", "required"]);
const ALLOWED_WITH_ABSENT = new Set(["absent", "reason", "severity"]);

function checkAbsent(value: unknown, path: Path, { problem }: Reader): void {
  if (typeof value !== "object" || value === null || !("absent" in value)) return;
  const others = Object.keys(value).filter((key) => !ALLOWED_WITH_ABSENT.has(key));
  if (others.length === 0) return;
  const names = others.map((key) => `"${key}"`).join(", ");
  problem([...path, others[0] ?? ""], `an object with "absent" cannot have ${names}: remove ${names}, or remove "absent"`);
}

function isList<V>(section: Section<V>): section is readonly string[] {
  return Array.isArray(section);
}

/** The text of a value that YAML can read as a number or a boolean. */
export function toText(value: string | number | boolean): string {
  return String(value);
}

/** Like `toText`, but keeps null and undefined. */
export function toTextOrNull(value: string | number | boolean | null | undefined): string | null | undefined {
  return value === null || value === undefined ? value : toText(value);
}
