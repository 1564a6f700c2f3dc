import { isCollection, isMap, isScalar, isSeq, type YAMLMap } from "yaml";

/** Keys whose value is a mapping from names to entries. */
const SECTIONS = new Set(
  `schemas publications eventTriggers tables views materializedViews functions indexes
  sequences enums domains composites ranges statistics columns constraints triggers policies rules`.split(/\s+/),
);

/** Sections whose entries stand in one line each. */
const IN_ONE_LINE = new Set(["enums", "sequences", "columns"]);

/** Lists that are short enough for one line. */
const LISTS = new Set(["inherits", "options", "settings", "roles", "operations", "tags"]);

/** Lays out what one entry says, or the file as a whole: one column per line, so that changes read well. */
export function layOut(node: unknown): void {
  if (isSeq(node)) for (const item of node.items) layOut(item);
  if (!isMap(node)) return;
  for (const { key, value } of node.items) {
    const name = nameOf(key);
    if (SECTIONS.has(name) && isMap(value)) layOutSection(name, value);
    else if (isCollection(value) && (name === "grants" || (LISTS.has(name) && isSeq(value)))) value.flow = true;
  }
}

function layOutSection(section: string, map: YAMLMap): void {
  for (const { value } of map.items) layOutEntry(section, value);
}

/** Lays out an entry of a section. */
export function layOutEntry(section: string, value: unknown): void {
  layOut(value);
  if (IN_ONE_LINE.has(section) && isCollection(value)) value.flow = true;
}

/** The text of a key. */
export function nameOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}
