import { isCollection, isMap, isScalar, isSeq, type YAMLMap } from "yaml";

/** Keys with a mapping from names to entries. */
const SECTIONS = new Set(
  `schemas publications eventTriggers tables views materializedViews functions indexes
  sequences enums domains composites ranges statistics columns constraints triggers policies rules`.split(/\s+/),
);

/** Sections in which each entry is on one line. */
const IN_ONE_LINE = new Set(["enums", "sequences", "columns"]);

/** Lists that are short enough for one line. */
const LISTS = new Set(["inherits", "options", "settings", "roles", "operations", "tags"]);

/** Sets the style of each mapping and list: flow style (on one line) for columns and short lists, so that diffs are easy to read. */
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

export function setFlowStyleOfEntry(section: string, value: unknown): void {
  setFlowStyle(value);
  if (IN_ONE_LINE.has(section) && isCollection(value)) value.flow = true;
}

/** The text of a key. */
export function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}
