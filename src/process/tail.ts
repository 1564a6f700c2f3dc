import { stripVTControlCharacters } from "node:util";
import { redact } from "../redact.ts";

const LINES = 40;
const BYTES = 8192;

/** Keeps the end of a command's output. */
export interface Tail {
  push(stream: "stdout" | "stderr", chunk: Uint8Array): void;
  /** The last 40 lines, at most 8 KB, without secrets and terminal codes. */
  text(): string;
}

export function createTail(secrets: readonly string[]): Tail {
  // One decoder per stream: a chunk may end inside a character, and the other stream's chunk may come next.
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  let kept = "";
  return {
    push(stream, chunk) {
      // Twice the size is kept, so that a secret is complete when it is removed. The text is cut only afterwards.
      kept = (kept + decoders[stream].decode(chunk, { stream: true })).slice(-2 * BYTES);
    },
    text: () => cut(redact(stripVTControlCharacters(kept), secrets)),
  };
}

function cut(text: string): string {
  const lines = text.trimEnd().split("\n").slice(-LINES).join("\n");
  const bytes = Buffer.from(lines);
  return bytes.length <= BYTES ? lines : bytes.subarray(-BYTES).toString();
}
