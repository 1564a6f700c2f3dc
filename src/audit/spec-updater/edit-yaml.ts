import { type Document, isCollection, isNode, isScalar, type Pair, type YAMLMap } from "yaml";
import { keyText, setFlowStyleOfEntry } from "../spec-writer/flow-style.ts";

export function findPair(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => keyText(pair.key) === key);
}

/** Inserts a pair after the nearest pair that precedes it in `order`, or at the start of the mapping. */
export function insertPair(
  document: Document,
  map: YAMLMap,
  {
    key,
    value,
    order,
    section,
  }: { readonly key: string; readonly value: unknown; readonly order: readonly string[]; readonly section: string },
): void {
  const pair = document.createPair(key, value);
  setFlowStyleOfEntry(section, pair.value);
  const preceding = order.slice(0, order.indexOf(key)).toReversed();
  const index = preceding.map((name) => map.items.findIndex((one) => keyText(one.key) === name)).find((at) => at >= 0);
  map.items.splice(index === undefined ? 0 : index + 1, 0, pair);
}

/** Sets the value of a pair. The comments, and the quotes of a scalar, are kept. */
export function setPairValue(document: Document, pair: Pair, value: unknown): void {
  const { value: node } = pair;
  if (isScalar(node) && (typeof value !== "object" || value === null)) {
    node.value = value;
    // The source is the text of the old value.
    delete node.source;
    return;
  }
  const created = document.createNode(value);
  if (isCollection(created) && isCollection(node)) created.flow = node.flow === true;
  if (isNode(node)) {
    if (node.comment !== undefined) created.comment = node.comment;
    if (node.commentBefore !== undefined) created.commentBefore = node.commentBefore;
  }
  pair.value = created;
}
