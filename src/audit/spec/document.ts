import { isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Pair, type YAMLMap } from "yaml";
import { messageOf } from "../../errors.ts";
import { PROTO_KEY } from "../pattern.ts";
import type { Problem } from "./problems.ts";

/** A YAML file that remembers its lines. */
export interface YamlFile {
  readonly value: unknown;
  /** The line of the key or the list item at `path`, or of the nearest part of it that exists. */
  lineOf(path: readonly PropertyKey[]): number;
  /** What is wrong with the text as YAML, with lines. */
  readonly errors: readonly (Pick<Problem, "text"> & { readonly line: number })[];
}

/** Reads YAML. Numbers stay as they are written: a version `0035` is no octal and no 35. */
export function readYaml(text: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number | undefined): number => (offset === undefined ? 1 : lines.linePos(offset).line);
  const errors = document.errors.map((error) => ({ line: lineAt(error.pos[0]), text: error.message }));
  visit(document, {
    Scalar(role, node) {
      if (role === "key" && node.value === "__proto__") node.value = PROTO_KEY;
      if ((typeof node.value === "number" || typeof node.value === "bigint") && node.source !== undefined) node.value = node.source;
    },
  });
  const pairs = new WeakMap<object, ReadonlyMap<string, Pair>>();
  const pairsOf = (map: YAMLMap): ReadonlyMap<string, Pair> => {
    const known = pairs.get(map) ?? new Map(map.items.map((pair) => [isScalar(pair.key) ? String(pair.key.value) : "", pair]));
    pairs.set(map, known);
    return known;
  };
  const lineOf = (path: readonly PropertyKey[]): number => {
    let node: unknown = document.contents;
    let offset: number | undefined;
    for (const key of path) {
      if (isMap(node)) {
        const pair = pairsOf(node).get(String(key));
        if (pair === undefined) break;
        if (isScalar(pair.key) && pair.key.range) offset = pair.key.range[0];
        node = pair.value;
      } else if (isSeq(node)) {
        node = node.items[Number(key)];
        if (typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range)) offset = Number(node.range[0]);
      }
    }
    return lineAt(offset);
  };
  if (errors.length > 0) return { value: undefined, lineOf, errors };
  try {
    return { value: document.toJS() as unknown, lineOf, errors };
  } catch (thrown) {
    // The yaml package throws for aliases that expand without measure and for those without an anchor.
    return { value: undefined, lineOf, errors: [{ line: 1, text: messageOf(thrown) }] };
  }
}
