import { isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";

/** A parsed YAML file with line numbers. */
export interface WorkflowDocument {
  readonly value: unknown;
  /** The line of the key or list item at `path`, or of the nearest part of it that exists. */
  lineOf(path: readonly (string | number)[]): number;
  /** The first YAML error. */
  readonly error?: { readonly line: number; readonly text: string } | undefined;
}

export function readDocument(text: string): WorkflowDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const [error] = document.errors;
  return {
    value: error === undefined ? (document.toJS() as unknown) : undefined,
    error: error && { line: lineAt(error.pos[0]), text: error.message },
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
