// Usually enough to see why a worker ended, and short enough for the end of a CI log.
const TAIL = 20;
const MAX_FAILURES = 5;
// A worker that writes no line ends must not fill the memory.
const LONGEST_LINE = 64 * 1024;

/** Matches failures in the logs of most languages. `error` alone is in too many harmless lines (`errors=0`). */
const FAILURE =
  /\b(?:Traceback \(most recent call last\)|panic:|FATAL|CRITICAL|Unhandled(?:PromiseRejection| exception| error)|Segmentation fault|OOMKilled|Exception in thread)/;

/** What a worker has written. */
export interface Log {
  readonly lines: number;
  /** The last lines. */
  readonly tail: readonly string[];
  /** The first lines that look like failures. */
  readonly failures: readonly string[];
  /** Whether a line contained the ready text; true without a ready text. */
  readonly ready: boolean;
}

export interface LogReader {
  readonly log: Log;
  /** Adds output of one stream. Lines can come in pieces; those of the two streams are not mixed. */
  add(stream: "stdout" | "stderr", chunk: string): void;
}

/** Reads lines from output. Blank lines do not count. `onLines` is called after each output that completes a line. */
export function logReader(readyText: string | undefined, onLines: () => void): LogReader {
  const unfinished = { stdout: "", stderr: "" };
  let log: Log = { lines: 0, tail: [], failures: [], ready: readyText === undefined };
  return {
    get log() {
      return log;
    },
    add(stream, chunk) {
      const pieces = (unfinished[stream] + chunk).split("\n");
      unfinished[stream] = (pieces.pop() ?? "").slice(-LONGEST_LINE);
      for (const line of pieces.map((piece) => piece.trimEnd()).filter((piece) => piece !== "")) log = withLine(log, line, readyText);
      if (pieces.length > 0) onLines();
    },
  };
}

function withLine(log: Log, line: string, readyText: string | undefined): Log {
  const isFailure = log.failures.length < MAX_FAILURES && FAILURE.test(line);
  return {
    lines: log.lines + 1,
    tail: [...log.tail.slice(1 - TAIL), line],
    failures: isFailure ? [...log.failures, line] : log.failures,
    ready: log.ready || (readyText !== undefined && line.includes(readyText)),
  };
}
