import { type Document, isCollection, isNode, isScalar, type Pair, type YAMLMap } from "yaml";
import { setFlowStyleOfEntry, keyText } from "../spec-writer/flow-style.ts";

/** The pair of a key, or undefined. */
export function findPair(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => keyText(pair.key) === key);
}

/** Puts a new pair behind the nearest one that comes before it in `order`; at the start where none does. */
export function insertPair(document: Document, map: YAMLMap, key: string, value: unknown, order: readonly string[], section: string): void {
  const pair = document.createPair(key, value);
  setFlowStyleOfEntry(section, pair.value);
  const before = order.slice(0, order.indexOf(key)).toReversed();
  const after = before.map((name) => map.items.findIndex((one) => keyText(one.key) === name)).find((at) => at >= 0);
  map.items.splice(after === undefined ? 0 : after + 1, 0, pair);
}

/** Sets what a pair says; a scalar keeps its comment and its quotes, and anything that says the same is left alone. */
export function setValue(document: Document, pair: Pair, value: unknown): void {
  const { value: node } = pair;
  if (isScalar(node) && (typeof value !== "object" || value === null)) {
    node.value = value;
    // How the old value was written says nothing of the new one.
    delete node.source;
    return;
  }
  const made = document.createNode(value);
  if (isCollection(made) && isCollection(node)) made.flow = node.flow === true;
  if (isNode(node)) {
    if (node.comment !== undefined) made.comment = node.comment;
    if (node.commentBefore !== undefined) made.commentBefore = node.commentBefore;
  }
  pair.value = made;
}
