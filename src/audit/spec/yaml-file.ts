import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit, type Pair, type YAMLMap } from "yaml";
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
  const errors = problemsIn(document).map(({ offset, text: told }) => ({ line: lineAt(offset), text: told }));
  visit(document, {
    Scalar(role, node) {
      if (role === "key" && node.value === "__proto__") node.value = PROTO_KEY;
      if ((typeof node.value === "number" || typeof node.value === "bigint") && node.source !== undefined) node.value = node.source;
    },
  });
  const pairs = new WeakMap<object, ReadonlyMap<string, Pair>>();
  const pairsOf = (map: YAMLMap): ReadonlyMap<string, Pair> => {
    const known = pairs.get(map) ?? new Map(map.items.map((pair) => [nameOf(pair.key), pair]));
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

/** A name that is missing, or is no text, is that of nothing. */
function nameOf(key: unknown): string {
  const text = isScalar(key) ? String(key.value) : "";
  return isScalar(key) && key.value === null ? "" : text;
}

interface YamlProblem {
  readonly offset: number | undefined;
  readonly text: string;
}

/** What keeps the text from being one tree of names: the parser's own errors, and what it would pass over. */
function problemsIn(document: Document.Parsed): YamlProblem[] {
  const keys = new Map<number, string>();
  const anchors = new Set<string>();
  const flaws: YamlProblem[] = [];
  visit(document, {
    Pair(_, { key }) {
      if (isScalar(key)) keys.set(key.range?.[0] ?? -1, String(key.value));
      else if (isNode(key)) flaws.push({ offset: key.range?.[0], text: "a name must be a text" });
    },
    Node(_, node) {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.add(node.anchor);
      } else if (!anchors.has(node.source))
        flaws.push({ offset: node.range?.[0], text: `there is no anchor &${node.source} before this alias` });
    },
  });
  const errors = document.errors.map(({ code, pos: [offset], message }): YamlProblem => {
    if (code === "DUPLICATE_KEY") return { offset, text: `"${keys.get(offset)}" is listed twice` };
    if (code === "MULTIPLE_DOCS") return { offset, text: "a second document begins here, and a spec is one" };
    return { offset, text: message };
  });
  const tags = document.warnings.flatMap(({ code, pos: [offset], message }) =>
    code === "TAG_RESOLVE_FAILED" ? [{ offset, text: message }] : [],
  );
  return [...errors, ...tags, ...flaws];
}
