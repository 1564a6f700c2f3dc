import { stripVTControlCharacters } from "node:util";
import { withoutNoise } from "./noise.ts";
import { redactFrom } from "../redact.ts";

const LINES = 20;
const BYTES = 4096;

/** Characters kept before the tail, so that a secret that begins there is complete when it is searched for. */
const MARGIN = 16_384;

/** Keeps the end of a command's output. */
export interface Tail {
  push(stream: "stdout" | "stderr", chunk: Uint8Array): void;
  /** The last 20 lines, at most 4 KB, without secrets, terminal codes and stack frames of libraries. */
  text(): string;
}

export function createTail(secrets: readonly string[]): Tail {
  // One decoder per stream: a chunk may end inside a character, and the other stream's chunk may come next.
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  let kept = "";
  let isCut = false;
  return {
    push(stream, chunk) {
      kept += decoders[stream].decode(chunk, { stream: true });
      if (kept.length <= MARGIN + BYTES) return;
      kept = kept.slice(-MARGIN - BYTES);
      isCut = true;
    },
    text() {
      const plain = stripVTControlCharacters(kept);
      return cut(redactFrom(plain, isCut ? Math.max(0, plain.length - BYTES) : 0, secrets));
    },
  };
}

function cut(text: string): string {
  const lines = withoutNoise(text.trimEnd().split("\n")).slice(-LINES).join("\n");
  const bytes = Buffer.from(lines);
  return bytes.length <= BYTES ? lines : bytes.subarray(-BYTES).toString();
}
