import { isMap, isScalar, isSeq, type Pair, type YAMLMap } from "yaml";
import { quoted } from "../../catalog/quote.ts";
import type { ObjectKind } from "../finding.ts";
import { isPattern, keyOfName, literalName } from "../pattern.ts";
import type { YamlObject } from "../spec-writer/entry.ts";
import { keyText, setFlowStyleOfEntry } from "../spec-writer/flow-style.ts";
import type { EntriesByName, Entry } from "../spec/spec.ts";
import type { Changes } from "./changes.ts";
import { findPair, insertPair, setPairValue } from "./edit-yaml.ts";
import { DEFAULTS, keyOfProperty, SHORT_FORM_KEYS } from "./properties.ts";

/** One section of the file, and the section that `--write` would write for the database. */
export interface SectionUpdate {
  /** The mapping that contains the section. */
  readonly parent: YAMLMap;
  readonly key: string;
  readonly kind: ObjectKind;
  /** The quoted name of the schema or table that has the section; empty for the database. */
  readonly owner: string;
  readonly entries: EntriesByName<Entry> | undefined;
  /** The entries that `--write` would write, by key. */
  readonly current: YamlObject;
  /** The keys of the parent in the order of `--write`. */
  readonly siblings: readonly string[];
  /** Whether a property that the entry leaves out must have its default value. */
  readonly isExact: (entry: Entry) => boolean;
  /** The parts of an object by name, for entries that list parts. */
  readonly parts?: (name: string) => YamlObject;
  /** Updates the sections inside of an entry. */
  readonly updateInside?: (node: YAMLMap, entry: Entry, name: string, current: YamlObject) => void;
}

/** Removes the entries of dropped objects, updates the entries that differ, and adds new objects. Nothing else changes. */
export function updateSection(changes: Changes, section: SectionUpdate): void {
  const { parent, key, kind, current, entries } = section;
  const objectOf = (name: string): string => (section.owner === "" ? quoted(name) : `${section.owner}.${quoted(name)}`);
  const pair = findPair(parent, key);
  const node = pair?.value;
  const isKept = (name: string): boolean => {
    const entry = entries?.get(literalName(name));
    return isPattern(name) || entry === undefined || !changes.isMissing(entry, kind, objectOf(literalName(name)));
  };
  if (isSeq(node)) node.items = node.items.filter((item) => isKept(keyText(item)));
  if (isMap(node)) {
    node.items = node.items.filter((one) => isKept(keyText(one.key)));
    for (const one of node.items) updateEntry(changes, section, one, objectOf(literalName(keyText(one.key))));
    node.items = node.items.filter(({ value }) => !(isMap(value) && value.items.length === 0));
  }
  const order = Object.keys(current);
  const added = order.filter((name) => entries?.has(literalName(name)) !== true && changes.isUnexpected(kind, objectOf(literalName(name))));
  for (const name of added) {
    if (isSeq(node)) node.items.push(changes.document.createNode(name));
    else insertPair(changes.document, sectionMap(changes, section), { key: name, value: current[name], order, section: key });
  }
  if ((isMap(node) || isSeq(node)) && node.items.length === 0 && added.length === 0)
    parent.items.splice(parent.items.indexOf(pair as never), 1);
}

/** The mapping of the section. It is created if the file does not have one. */
function sectionMap({ document }: Changes, { parent, key, siblings }: SectionUpdate): YAMLMap {
  const existing = findPair(parent, key);
  if (isMap(existing?.value)) return existing.value;
  if (existing === undefined) insertPair(document, parent, { key, value: {}, order: siblings, section: key });
  else existing.value = document.createNode({});
  const created = findPair(parent, key)?.value as YAMLMap;
  created.flow = false;
  return created;
}

function updateEntry(changes: Changes, section: SectionUpdate, pair: Pair, object: string): void {
  const name = literalName(keyText(pair.key));
  const { kind, entries, current, parts } = section;
  const entry = entries?.get(name);
  const value = current[keyOfName(name)];
  if (entry === undefined || entry.pattern === true) return;
  const shortFormKey = SHORT_FORM_KEYS[kind] ?? "definition";
  const isExact = section.isExact(entry);
  const differing = changes.differing(entry, kind, object).map(keyOfProperty);
  // An object that is a part of another one has an entry only for its comment and grants.
  const full = value === undefined ? {} : toMapping(value, shortFormKey);
  const keys = value === undefined ? differing.filter((key) => OF_PARTS.has(key)) : differing;
  const { value: node } = pair;
  if (isMap(node)) {
    for (const key of keys) updateProperty(changes, node, key, { ...parts?.(name), ...full }, isExact);
    section.updateInside?.(node, entry, name, full);
    return;
  }
  if (value === undefined) return;
  if (isScalar(node) && node.value === null) return;
  // A short form becomes a mapping when the entry needs more properties.
  const isShort = !isExact || Object.keys(full).length === 1;
  const hasNewInside = changes.hasUnexpectedBelow(object);
  if (keys.length > 0 || hasNewInside) {
    setPairValue(changes.document, pair, isShort && !hasNewInside ? full[shortFormKey] : value);
    setFlowStyleOfEntry(section.key, pair.value);
  }
}

/** Sets one property. A default value is removed from an "exactly" entry, and written in any other entry. */
export function updateProperty({ document }: Changes, node: YAMLMap, key: string, full: YamlObject, isExact: boolean): void {
  const value = full[key];
  const pair = findPair(node, key);
  if (value === undefined && (isExact || !(key in DEFAULTS))) {
    if (pair !== undefined) node.items.splice(node.items.indexOf(pair), 1);
  } else if (pair === undefined) {
    const order = ["args", "type", "definition", ...Object.keys(full)];
    insertPair(document, node, { key, value: value ?? DEFAULTS[key], order, section: "" });
  } else setPairValue(document, pair, value ?? DEFAULTS[key]);
}

const OF_PARTS = new Set(["comment", "grants"]);

function toMapping(value: unknown, shortFormKey: string): YamlObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as YamlObject) : { [shortFormKey]: value };
}
