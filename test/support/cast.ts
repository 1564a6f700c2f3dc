import headless from "@xterm/headless";
import type { OnTerminal, Rows } from "./terminal.ts";

/** A recording in the format asciicast v2: a line with the size, then a line for each output with its second. */
export interface Cast {
  readonly columns: number;
  readonly lines: number;
  readonly outputs: readonly (readonly [seconds: number, text: string])[];
}

/** What a person typed before the output. The prompt of a shell is not part of what offshoot writes. */
export function castOf(typed: string, { chunks }: Pick<OnTerminal, "chunks">, columns: number, lines: number): Cast {
  const outputs = chunks.map(({ ms, text }) => [Number((ms / 1000 + 0.5).toFixed(2)), text] as const);
  return { columns, lines, outputs: [[0, `$ ${typed}\r\n`], ...outputs] };
}

export function writeCast({ columns, lines, outputs }: Cast): string {
  const head = { version: 2, width: columns, height: lines, env: { TERM: "xterm-256color" } };
  return [head, ...outputs.map(([at, text]) => [at, "o", text])].map((line) => `${JSON.stringify(line)}\n`).join("");
}

export function readCast(text: string): Cast {
  const [head, ...events] = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  const { width, height } = head as { width: number; height: number };
  return { columns: width, lines: height, outputs: (events as [number, string, string][]).map(([at, , output]) => [at, output]) };
}

/**
 * The screen at the end of a recording, and each row that was on it while it played. A row that the terminal has wrapped is joined
 * with the one before.
 */
export async function playCast({ columns, lines, outputs }: Cast): Promise<{ readonly rows: Rows; readonly seen: ReadonlySet<string> }> {
  const terminal = new headless.Terminal({ cols: columns, rows: lines, allowProposedApi: true });
  const seen = new Set<string>();
  let rows: readonly string[] = [];
  for (const [, text] of outputs) {
    await new Promise<void>((resolve) => terminal.write(text, resolve));
    const buffer = terminal.buffer.active;
    const all: string[] = [];
    for (let at = 0; at < buffer.length; at += 1) {
      const line = buffer.getLine(at);
      const before = line?.isWrapped === true ? all.pop() : "";
      all.push(`${before ?? ""}${line?.translateToString(true) ?? ""}`);
    }
    rows = all.slice(0, all.findLastIndex((row) => row !== "") + 1);
    for (const row of rows) seen.add(row);
  }
  terminal.dispose();
  return { rows, seen };
}
