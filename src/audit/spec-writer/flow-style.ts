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
export function setFlowStyle(node: unknown): void {
  if (isSeq(node)) for (const item of node.items) setFlowStyle(item);
  if (!isMap(node)) return;
  for (const { key, value } of node.items) {
    const name = keyText(key);
    if (SECTIONS.has(name) && isMap(value)) setFlowStyleOfSection(name, value);
    else if (isCollection(value) && (name === "grants" || (LISTS.has(name) && isSeq(value)))) value.flow = true;
  }
}

function setFlowStyleOfSection(section: string, map: YAMLMap): void {
  for (const { value } of map.items) setFlowStyleOfEntry(section, value);
}

/** Lays out an entry of a section. */
export function setFlowStyleOfEntry(section: string, value: unknown): void {
  setFlowStyle(value);
  if (IN_ONE_LINE.has(section) && isCollection(value)) value.flow = true;
}

/** The text of a key. */
export function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}
