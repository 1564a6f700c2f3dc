import * as yaml from "yaml";
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, visit, type Pair, type YAMLMap } from "yaml";
import { messageOf } from "./errors.ts";
import { plainYamlError } from "./yaml-errors.ts";
import { parseYaml, PROTO_KEY } from "./yaml-limits.ts";
import type { LocatedProblem } from "./schema-problems.ts";

/** The content of a YAML file, with the lines of its keys. */
export interface YamlFile {
  readonly value: unknown;
  /** The line of the key or list item at `path`, or of the last part of the path that exists. */
  lineOf(path: readonly PropertyKey[]): number;
  /** The problems of the YAML itself. */
  readonly errors: readonly LocatedProblem[];
}

const TOO_MANY_ALIASES = "too many aliases; write the values without aliases";

/** The spec of a schema with 5,000 tables has fewer. */
export const MAX_TOKENS = 1_000_000;

/** Reads YAML. Numbers keep their text: the version `0035` stays `0035`. */
export function readYaml(text: string): YamlFile {
  const lines = new LineCounter();
  const document = parseYaml(yaml, text, MAX_TOKENS, { lineCounter: lines });
  const lineAt = (offset: number | undefined): number => (offset === undefined ? 1 : lines.linePos(offset).line);
  const errors = problemsIn(document).map(({ offset, text: problem }) => ({ line: lineAt(offset), text: problem }));
  visit(document, {
    Scalar(role, node) {
      if (role === "key" && node.value === "__proto__") node.value = PROTO_KEY;
      if ((typeof node.value === "number" || typeof node.value === "bigint") && node.source !== undefined) node.value = node.source;
    },
  });
  const lineOf = lineFinder(document, lineAt);
  if (errors.length > 0) return { value: undefined, lineOf, errors };
  try {
    return { value: document.toJS() as unknown, lineOf, errors };
  } catch (thrown) {
    // The yaml package throws for aliases that would expand to a very large document.
    return {
      value: undefined,
      lineOf,
      errors: [{ line: 1, text: /alias count/i.test(messageOf(thrown)) ? TOO_MANY_ALIASES : messageOf(thrown) }],
    };
  }
}

function lineFinder(document: Document.Parsed, lineAt: (offset: number | undefined) => number): YamlFile["lineOf"] {
  const pairs = new WeakMap<object, ReadonlyMap<string, Pair>>();
  const pairsOf = (map: YAMLMap): ReadonlyMap<string, Pair> => {
    const known = pairs.get(map) ?? new Map(map.items.map((pair) => [keyText(pair.key), pair]));
    pairs.set(map, known);
    return known;
  };
  return (path) => {
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
}

/** The text of a key; empty for a key that is missing or is not a text. */
function keyText(key: unknown): string {
  const text = isScalar(key) ? String(key.value) : "";
  return isScalar(key) && key.value === null ? "" : text;
}

interface YamlProblem {
  readonly offset: number | undefined;
  readonly text: string;
}

/** The errors of the parser, and features of YAML that a spec cannot use. */
function problemsIn(document: Document.Parsed): YamlProblem[] {
  const keys = new Map<number, string>();
  const anchors = new Set<string>();
  const problems: YamlProblem[] = [];
  visit(document, {
    Pair(_, { key }) {
      if (isScalar(key)) keys.set(key.range?.[0] ?? -1, String(key.value));
      else if (isNode(key)) problems.push({ offset: key.range?.[0], text: "a name must be a text" });
    },
    Node(_, node) {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.add(node.anchor);
      } else if (!anchors.has(node.source))
        problems.push({
          offset: node.range?.[0],
          text: `the alias *${node.source} has no anchor: write &${node.source} at an earlier value, or quote the text`,
        });
    },
  });
  const errors = document.errors.map(({ code, pos: [offset], message }): YamlProblem => {
    if (code === "DUPLICATE_KEY") return { offset, text: `"${keys.get(offset)}" is listed twice: remove one of the two` };
    if (code === "MULTIPLE_DOCS") return { offset, text: `the file has a second YAML document: remove this line "---"` };
    return { offset, text: plainYamlError(message) ?? message };
  });
  const tags = document.warnings.flatMap(({ code, pos: [offset], message }) =>
    code === "TAG_RESOLVE_FAILED" ? [{ offset, text: plainYamlError(message) ?? message }] : [],
  );
  return [...errors, ...tags, ...problems];
}
