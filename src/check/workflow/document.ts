import * as yaml from "yaml";
import { isMap, isScalar, isSeq, LineCounter } from "yaml";
import { messageOf } from "../../errors.ts";
import { parseYaml } from "../../yaml-limits.ts";

/** A parsed YAML file with line numbers. */
export interface WorkflowDocument {
  readonly value: unknown;
  /** The line of the key or list item at `path`, or of the nearest part of it that exists. */
  lineOf(path: readonly (string | number)[]): number;
  /** The first YAML error. */
  readonly error?: { readonly line: number; readonly text: string } | undefined;
}

/** Far more than any real workflow has. */
const MAX_TOKENS = 200_000;

export function readDocument(text: string): WorkflowDocument {
  const lines = new LineCounter();
  const document = parseYaml(yaml, text, MAX_TOKENS, { lineCounter: lines });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const [broken] = document.errors;
  const content = broken === undefined ? contentOf(document) : undefined;
  return {
    value: content?.value,
    error: broken === undefined ? content?.error : { line: lineAt(broken.pos[0]), text: broken.message },
    lineOf(path) {
      let node: unknown = document.contents;
      let offset = 0;
      for (const key of path) {
        if (isMap(node)) {
          const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
          if (pair === undefined) break;
          if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
          node = pair.value;
        } else if (isSeq(node)) {
          node = node.items[Number(key)];
          if (isMap(node) || isScalar(node)) offset = node.range?.[0] ?? offset;
        }
      }
      return lineAt(offset);
    },
  };
}

/** The package throws for aliases without an anchor, and for aliases that would expand to a very large document. */
function contentOf(document: yaml.Document): Pick<WorkflowDocument, "value" | "error"> {
  try {
    return { value: document.toJS() as unknown };
  } catch (thrown) {
    return { value: undefined, error: { line: 1, text: messageOf(thrown) } };
  }
}
