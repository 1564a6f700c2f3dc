import { isFailure } from "./level.ts";

// Usually enough to see why a worker ended, and short enough for the end of a CI log.
const TAIL = 20;
const MAX_SHOWN = 5;
// A worker that writes no line ends must not fill the memory.
const LONGEST_LINE = 64 * 1024;

/** What the lines of a log must contain. */
export interface Wanted {
  /** A text that one line must contain. */
  readonly ready?: string | undefined;
  /** Each of them must match a line. */
  readonly must?: readonly RegExp[] | undefined;
  /** None of them can match a line. */
  readonly mustNot?: readonly RegExp[] | undefined;
}

/** What a worker has written. */
export interface Log {
  readonly lines: number;
  /** The last lines. */
  readonly tail: readonly string[];
  /** The first lines that report failures. */
  readonly failures: readonly string[];
  /** Whether a line contained the ready text; true without a ready text. */
  readonly ready: boolean;
  /** The patterns of `must` that matched no line yet. */
  readonly missing: readonly string[];
  /** The first lines that match a pattern of `mustNot`, by pattern. */
  readonly forbidden: Readonly<Record<string, readonly string[]>>;
  /** When the last line was written, in milliseconds since 1970. Undefined: there is no line. */
  readonly lastAt: number | undefined;
}

export type Stream = "stdout" | "stderr" | "file";

export interface LogReader {
  readonly log: Log;
  /** Adds output of one stream. Lines can come in pieces; those of different streams are not mixed. `at`: when it was written; default now. */
  add(stream: Stream, chunk: string, at?: number): void;
}

/** Reads lines from output. Blank lines do not count. `onLines` is called after each output that completes a line. */
export function logReader(wanted: Wanted, onLines: () => void = () => {}): LogReader {
  const unfinished = { stdout: "", stderr: "", file: "" };
  let log: Log = {
    lines: 0,
    tail: [],
    failures: [],
    ready: wanted.ready === undefined,
    missing: (wanted.must ?? []).map(String),
    forbidden: {},
    lastAt: undefined,
  };
  return {
    get log() {
      return log;
    },
    add(stream, chunk, at = Date.now()) {
      const pieces = (unfinished[stream] + chunk).split("\n");
      unfinished[stream] = (pieces.pop() ?? "").slice(-LONGEST_LINE);
      const lines = pieces.map((piece) => piece.trimEnd()).filter((piece) => piece !== "");
      for (const line of lines) log = { ...withLine(log, line, wanted), lastAt: at };
      if (pieces.length > 0) onLines();
    },
  };
}

function withLine(log: Log, line: string, { ready, must = [], mustNot = [] }: Wanted): Log {
  const found = new Set(must.filter((pattern) => log.missing.includes(String(pattern)) && pattern.test(line)).map(String));
  const forbidden = mustNot.filter((pattern) => pattern.test(line)).map(String);
  return {
    lines: log.lines + 1,
    tail: [...log.tail.slice(1 - TAIL), line],
    failures: log.failures.length < MAX_SHOWN && isFailure(line) ? [...log.failures, line] : log.failures,
    ready: log.ready || (ready !== undefined && line.includes(ready)),
    missing: found.size === 0 ? log.missing : log.missing.filter((pattern) => !found.has(pattern)),
    forbidden: forbidden.length === 0 ? log.forbidden : { ...log.forbidden, ...withShown(log.forbidden, forbidden, line) },
    lastAt: log.lastAt,
  };
}

function withShown(shown: Log["forbidden"], patterns: readonly string[], line: string): Log["forbidden"] {
  return Object.fromEntries(patterns.map((pattern) => [pattern, [...(shown[pattern] ?? []), line].slice(0, MAX_SHOWN)]));
}

/** Whether the log has everything that it must have, so that the check need not wait for more. */
export function isComplete({ lines, ready, missing }: Log, wantedLines: number): boolean {
  return ready && missing.length === 0 && lines >= wantedLines;
}
