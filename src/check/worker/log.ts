// Enough to tell why a worker ended, and little enough for the end of a CI log.
const TAIL = 20;
const MOST_COMPLAINTS = 5;
// A worker without line ends must not fill the memory.
const LONGEST_LINE = 64 * 1024;

/** What tells of a failure in the logs of most languages. `error` alone stands in too many harmless lines (`errors=0`). */
const COMPLAINT =
  /\b(?:Traceback \(most recent call last\)|panic:|FATAL|CRITICAL|Unhandled(?:PromiseRejection| exception| error)|Segmentation fault|OOMKilled|Exception in thread)/;

/** What a worker wrote so far. */
export interface Log {
  readonly lines: number;
  /** The last lines. */
  readonly tail: readonly string[];
  /** The first lines that look like failures. */
  readonly complaints: readonly string[];
  /** Whether the text that was waited for was there. */
  readonly ready: boolean;
}

export interface LogReader {
  readonly log: Log;
  /** Takes in what came on one stream: lines of two streams may come in pieces, and are not mixed. */
  take(stream: "stdout" | "stderr", chunk: string): void;
}

/** Counts lines as they come. Blank ones don't count. `readyText` is looked for in each line. */
export function logReader(readyText: string | undefined, told: () => void): LogReader {
  const begun = { stdout: "", stderr: "" };
  let log: Log = { lines: 0, tail: [], complaints: [], ready: readyText === undefined };
  return {
    get log() {
      return log;
    },
    take(stream, chunk) {
      const pieces = (begun[stream] + chunk).split("\n");
      begun[stream] = (pieces.pop() ?? "").slice(-LONGEST_LINE);
      for (const line of pieces.map((piece) => piece.trimEnd()).filter((piece) => piece !== "")) log = withLine(log, line, readyText);
      if (pieces.length > 0) told();
    },
  };
}

function withLine(log: Log, line: string, readyText: string | undefined): Log {
  const complains = log.complaints.length < MOST_COMPLAINTS && COMPLAINT.test(line);
  return {
    lines: log.lines + 1,
    tail: [...log.tail.slice(1 - TAIL), line],
    complaints: complains ? [...log.complaints, line] : log.complaints,
    ready: log.ready || (readyText !== undefined && line.includes(readyText)),
  };
}
