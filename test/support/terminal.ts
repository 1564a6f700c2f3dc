import { spawn } from "node:child_process";
import headless from "@xterm/headless";

/** The screen of a terminal at one moment, without empty rows at its end. */
export type Rows = readonly string[];

export interface OnTerminal {
  readonly code: number | null;
  /** The screen when the program had ended. */
  readonly rows: Rows;
  /** Each different screen, in order. */
  readonly seen: readonly Rows[];
  /** Everything that was written, with its escape sequences. */
  readonly raw: string;
  /** The same in pieces, each with its milliseconds since the start. */
  readonly chunks: readonly { readonly ms: number; readonly text: string }[];
  /** Milliseconds until the first byte. */
  readonly firstMs: number;
}

export interface TerminalOptions {
  readonly columns: number;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Keys to press, each when the screen contains its text. */
  readonly press?: readonly { readonly at: string; readonly keys: string }[];
  /** Called with the first bytes. */
  readonly onFirst?: (text: string) => void;
}

/** Runs a program on a real terminal, which `script` opens, and shows what a person sees: xterm interprets the bytes. */
export async function onTerminal(
  command: readonly string[],
  { columns, cwd, env, press = [], onFirst }: TerminalOptions,
): Promise<OnTerminal> {
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  const start = performance.now();
  const child = spawn("script", ["-qefc", `stty cols ${columns} rows 50; exec ${quoted}`, "/dev/null"], {
    cwd,
    env: { ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const terminal = new headless.Terminal({ cols: columns, rows: 50, allowProposedApi: true });
  const seen: Rows[] = [];
  const waiting = [...press];
  const chunks: { ms: number; text: string }[] = [];
  let firstMs = 0;
  let shown = Promise.resolve();
  const decoder = new TextDecoder();
  const look = (): void => {
    const buffer = terminal.buffer.active;
    const all = Array.from({ length: buffer.length }, (_, at) => buffer.getLine(at)?.translateToString(true) ?? "");
    const rows = all.slice(0, all.findLastIndex((row) => row !== "") + 1);
    if (JSON.stringify(rows) !== JSON.stringify(seen.at(-1))) seen.push(rows);
    const [next] = waiting;
    if (next === undefined || !rows.join("\n").includes(next.at)) return;
    waiting.shift();
    child.stdin.write(next.keys);
  };
  child.stdout.on("data", (chunk: Buffer) => {
    if (firstMs === 0) onFirst?.(chunk.toString());
    firstMs ||= performance.now() - start;
    chunks.push({ ms: performance.now() - start, text: decoder.decode(chunk, { stream: true }) });
    shown = shown.then(() => new Promise<void>((resolve) => terminal.write(chunk, resolve))).then(look);
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  await shown;
  return { code, rows: seen.at(-1) ?? [], seen, raw: chunks.map(({ text }) => text).join(""), chunks, firstMs };
}
