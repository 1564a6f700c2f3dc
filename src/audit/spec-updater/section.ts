import { isMap, isScalar, isSeq, type Pair, type YAMLMap } from "yaml";
import type { ObjectKind } from "../finding.ts";
import { setFlowStyleOfEntry, keyText } from "../spec-writer/flow-style.ts";
import { isPattern, keyOfName, literalName } from "../pattern.ts";
import { quoted } from "../../catalog/quote.ts";
import type { EntriesByName, Entry } from "../spec/spec.ts";
import type { YamlObject } from "../spec-writer/entry.ts";
import type { Changes } from "./changes.ts";
import { insertPair, findPair, setValue } from "./edit-yaml.ts";
import { keyOfProperty, SHORT_FORM_KEYS, DEFAULTS } from "./properties.ts";

/** One section of the file beside what would be written for the database as it is. */
export interface SectionUpdate {
  /** The mapping that the section stands in. */
  readonly parent: YAMLMap;
  readonly key: string;
  readonly kind: ObjectKind;
  /** Quoted names of what the section belongs to; empty for what belongs to the database. */
  readonly owner: string;
  readonly entries: EntriesByName<Entry> | undefined;
  /** The entries that would be written, by key. */
  readonly current: YamlObject;
  /** Keys of the parent in the order in which they are written. */
  readonly siblings: readonly string[];
  /** Whether what is left out means that it is plain. */
  readonly isExact: (rule: Entry) => boolean;
  /** Further values of properties, for entries that name parts. */
  readonly parts?: (name: string) => YamlObject;
  /** What belongs to an entry that is a mapping. */
  readonly updateInside?: (entry: YAMLMap, rule: Entry, name: string, written: YamlObject) => void;
}

/** Takes out what is gone, changes what differs and adds what is new: nothing else of the section moves. */
export function updateSection(changes: Changes, section: SectionUpdate): void {
  const { parent, key, kind, current: written, entries: rules } = section;
  const objectOf = (name: string): string => (section.owner === "" ? quoted(name) : `${section.owner}.${quoted(name)}`);
  const pair = findPair(parent, key);
  const node = pair?.value;
  const stays = (name: string): boolean => {
    const rule = rules?.get(literalName(name));
    return isPattern(name) || rule === undefined || !changes.isMissing(rule, kind, objectOf(literalName(name)));
  };
  if (isSeq(node)) node.items = node.items.filter((item) => stays(keyText(item)));
  if (isMap(node)) {
    node.items = node.items.filter((one) => stays(keyText(one.key)));
    for (const one of node.items) updateEntry(changes, section, one, objectOf(literalName(keyText(one.key))));
    node.items = node.items.filter(({ value }) => !(isMap(value) && value.items.length === 0));
  }
  const order = Object.keys(written);
  const added = order.filter((name) => rules?.has(literalName(name)) !== true && changes.isUnexpected(kind, objectOf(literalName(name))));
  for (const name of added) {
    if (isSeq(node)) node.items.push(changes.document.createNode(name));
    else insertPair(changes.document, sectionMap(changes, section), name, written[name], order, key);
  }
  if ((isMap(node) || isSeq(node)) && node.items.length === 0 && added.length === 0)
    parent.items.splice(parent.items.indexOf(pair as never), 1);
}

/** The mapping of the section, which is made where the file has none. */
function sectionMap({ document }: Changes, { parent, key, siblings }: SectionUpdate): YAMLMap {
  const existing = findPair(parent, key);
  if (isMap(existing?.value)) return existing.value;
  if (existing === undefined) insertPair(document, parent, key, {}, siblings, key);
  else existing.value = document.createNode({});
  const made = findPair(parent, key)?.value as YAMLMap;
  made.flow = false;
  return made;
}

function updateEntry(changes: Changes, section: SectionUpdate, pair: Pair, object: string): void {
  const name = literalName(keyText(pair.key));
  const { kind, entries: rules, current: written, parts } = section;
  const rule = rules?.get(name);
  const value = written[keyOfName(name)];
  if (rule === undefined || rule.pattern === true) return;
  const main = SHORT_FORM_KEYS[kind] ?? "definition";
  const isExact = section.isExact(rule);
  const differing = changes.differing(rule, kind, object).map(keyOfProperty);
  // A part of another object is written only where it has a comment or grants of its own.
  const full = value === undefined ? {} : mapOf(value, main);
  const keys = value === undefined ? differing.filter((key) => OWN_OF_PARTS.has(key)) : differing;
  const { value: node } = pair;
  if (isMap(node)) {
    for (const key of keys) updateProperty(changes, node, key, { ...parts?.(name), ...full }, isExact);
    section.updateInside?.(node, rule, name, full);
    return;
  }
  if (value === undefined) return;
  // A text or a list alone: it grows into a mapping where there is more to say.
  const isAlone = !isExact || Object.keys(full).length === 1;
  if (isScalar(node) && node.value === null) return;
  if (keys.length > 0 || changes.hasUnexpectedBelow(object)) {
    setValue(changes.document, pair, isAlone && !changes.hasUnexpectedBelow(object) ? full[main] : value);
    setFlowStyleOfEntry(section.key, pair.value);
  }
}

/** Sets one property; what is plain is taken out of an entry that says "exactly", and said otherwise. */
export function updateProperty({ document }: Changes, entry: YAMLMap, key: string, full: YamlObject, isExact: boolean): void {
  const value = full[key];
  const pair = findPair(entry, key);
  if (value === undefined && (isExact || !(key in DEFAULTS))) {
    if (pair !== undefined) entry.items.splice(entry.items.indexOf(pair), 1);
  } else if (pair === undefined)
    insertPair(document, entry, key, value ?? DEFAULTS[key], ["args", "type", "definition", ...Object.keys(full)], "");
  else setValue(document, pair, value ?? DEFAULTS[key]);
}

const OWN_OF_PARTS = new Set(["comment", "grants"]);

function mapOf(value: unknown, main: string): YamlObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as YamlObject) : { [main]: value };
}
