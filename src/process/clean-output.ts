import { findSecrets } from "../encoded-secrets.ts";
import { redact } from "../redact.ts";

type Stream = "stdout" | "stderr";

/** Removes secrets from a command's output while it arrives. */
export interface OutputCleaner {
  push(stream: Stream, chunk: Uint8Array): void;
  /** Passes on what is held back. To be called when the output has ended. */
  end(): void;
}

/** Characters of one line, or of lines that belong together, that are held back at most. */
const MOST_HELD = 65_536;

/** The longest secret that is found in a longer line, in encoded form. */
const MARGIN = 16_384;

/** A line that can be a part of a longer encoded text: `base64` and `xxd -p` break their output into lines. */
const ENCODED_LINE = /^\s*[A-Za-z0-9+/_=%-]{20,}\s*$/;

/**
 * Passes the output on to `emit` line by line, without secrets. A line is held back until it is complete, and lines that
 * can be parts of one encoded text until the last of them is known: a secret can be divided by chunks and by line breaks.
 */
export function cleanOutput(secrets: readonly string[], emit: (stream: Stream, text: string) => void): OutputCleaner {
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  const held = { stdout: "", stderr: "" };
  const release = (stream: Stream, end: number): void => {
    const text = held[stream].slice(0, end);
    held[stream] = held[stream].slice(end);
    if (text !== "") emit(stream, redact(text, secrets));
  };
  return {
    push(stream, chunk) {
      held[stream] += decoders[stream].decode(chunk, { stream: true });
      release(stream, endOfComplete(held[stream]));
      if (held[stream].length > MOST_HELD) release(stream, outsideSecrets(held[stream], held[stream].length - MARGIN, secrets));
    },
    end() {
      for (const stream of ["stdout", "stderr"] as const) {
        held[stream] += decoders[stream].decode();
        release(stream, held[stream].length);
      }
    },
  };
}

/** The end of the complete lines, without those at their end that can be parts of one encoded text. */
function endOfComplete(text: string): number {
  const complete = text.slice(0, Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r")) + 1);
  const lines = complete.match(/[^\r\n]*(?:\r\n|\r|\n)/g) ?? [];
  const last = lines.findLastIndex((line) => !ENCODED_LINE.test(line));
  return lines.slice(0, last + 1).reduce((sum, { length }) => sum + length, 0);
}

function outsideSecrets(text: string, at: number, secrets: readonly string[]): number {
  return findSecrets(text, secrets).find(({ start, end }) => start < at && at < end)?.start ?? at;
}
