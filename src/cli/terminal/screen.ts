import { createLogUpdate } from "log-update";
import { formatElapsed } from "../../duration.ts";
import type { Event } from "../../events.ts";
import { oneLine } from "../../visible.ts";
import type { Display } from "../display.ts";
import type { ForeignOutput } from "../foreign-output.ts";
import { describePhase, labelOf, type PhaseEnd, type PhaseEvent } from "./describe.ts";
import { type Line, lastingRows, liveRow, type StyleLine } from "./layout.ts";
import { type Look, symbolsOf } from "./look.ts";

export type Paint = (style: Colour | "dim", text: string) => string;
type Colour = "green" | "red" | "yellow" | "cyan";

/** The terminal. Only `columns` can be missing. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string | Uint8Array): unknown;
}

export interface ScreenOptions {
  readonly look: Look;
  /** Shown until the first phase starts: the name of the command. */
  readonly title: string;
  readonly isVerbose: boolean;
  /** Whether the output of the migrations is shown, and not only its last line. It is part of the error if they fail. */
  readonly showsOutput: boolean;
  readonly paint: Paint;
  /** Milliseconds, such as `performance.now`. */
  readonly now: () => number;
  /** Removes secrets from a text. */
  readonly clean: (text: string) => string;
  readonly foreign: ForeignOutput;
}

/** A phase that works. */
interface Running {
  readonly label: string;
  readonly phase: PhaseEvent["phase"] | undefined;
  readonly since: number;
  /** Its first status, which names what it works on. */
  subject: string | undefined;
  /** What it does now, or waits for. */
  status: string;
  count: string;
}

/** Fast enough to look alive, and slow enough for a remote terminal. */
const FRAME_MS = 80;

/** What only the user's own program writes to the terminal. */
const SILENT: readonly (PhaseEvent["phase"] | undefined)[] = ["command", "worker"];

/** Draws a line for each phase: it changes while the phase works, and then stays. */
export function openScreen(stream: Terminal, options: ScreenOptions): Display {
  const { look, title, isVerbose, showsOutput, paint, now, foreign } = options;
  const clean = (text: string): string => oneLine(options.clean(text)).trim();
  const symbols = symbolsOf(look);
  const update = createLogUpdate(stream as NodeJS.WriteStream, { showCursor: true });
  // A terminal without a known size has none: it has the usual one then.
  const columns = (): number => stream.columns || 80;
  // The first one is the command itself. The last one is drawn.
  const running: [Running, ...Running[]] = [{ label: title, phase: undefined, since: now(), subject: undefined, status: "", count: "" }];
  const current = (): Running => running.at(-1) ?? running[0];
  let isDrawn = false;
  let isResting = false;
  let frame = 0;
  const draw = (): void => {
    const { label, phase, since, status, count } = current();
    if (isResting || SILENT.includes(phase) || foreign.isMidLine()) return;
    const text = [count, status].filter((part) => part !== "").join(` ${symbols.dot} `);
    const line = { symbol: symbols.frames[frame] ?? "", label, text, elapsed: formatElapsed(now() - since) };
    update(liveRow(line, columns(), symbols.more, styleOf(paint, "cyan")));
    isDrawn = true;
  };
  const timer = setInterval(() => {
    frame = (frame + 1) % symbols.frames.length;
    draw();
  }, FRAME_MS).unref();
  draw();
  const clear = (): void => {
    if (isDrawn) update.clear();
    isDrawn = false;
  };
  const stay = (line: Line, style: StyleLine): void => {
    clear();
    foreign.breakLine();
    const rows = lastingRows(line, columns(), style);
    stream.write(rows.map((row) => `${row}\n`).join(""));
  };
  const say = (symbol: string, label: string, text: string, colour: Colour | "dim"): void =>
    stay({ symbol, label, text: clean(text), elapsed: "" }, styleOf(paint, colour));
  const status = (text: string): void => {
    current().status = clean(text);
    current().subject ??= current().status;
    draw();
  };
  const start = (event: PhaseEvent): void => {
    clear();
    isResting = false;
    running.push({ label: labelOf(event), phase: event.phase, since: now(), subject: undefined, status: "", count: "" });
    draw();
  };
  let audited: (() => void) | undefined;
  const end = (event: PhaseEnd): void => {
    const subject = running.length > 1 ? running.pop()?.subject : undefined;
    const isFailed = event.state === "failed";
    if (!isFailed && event.phase === "audit" && running.some(({ phase }) => phase === "migrate")) {
      // The audit is a part of the migrations, and its line comes after theirs. If they fail, the error has its findings.
      audited = () => showEnd(event, subject);
      return;
    }
    showEnd(event, subject);
    if (event.phase !== "migrate") return;
    if (!isFailed) audited?.();
    audited = undefined;
  };
  const showEnd = (event: PhaseEnd, subject: string | undefined): void => {
    const isFailed = event.state === "failed";
    clear();
    foreign.end();
    if (event.phase === "command") stream.write(newLine(columns()));
    const { label, text } = describePhase(event, symbols, subject);
    const line = { symbol: isFailed ? symbols.failed : symbols.done, label: clean(label), text: clean(text) };
    stay({ ...line, elapsed: formatElapsed(event.ms) }, styleOf(paint, isFailed ? "red" : "green"));
  };
  const output = (chunk: Uint8Array): void => {
    if (!showsOutput && current().phase !== "worker") {
      const last = lastLine(chunk);
      if (last !== undefined) status(last);
      return;
    }
    clear();
    foreign.write(chunk);
  };
  return {
    showsOutput,
    emit(event: Event) {
      if (event.kind === "phase" && event.state === "start") start(event);
      else if (event.kind === "phase") end(event);
      else if (event.kind === "status") status(event.text);
      else if (event.kind === "progress") {
        current().count = event.done > 0 ? `${event.done} of ${event.of}` : `${event.of} to run`;
        draw();
      } else if (event.kind === "output") output(event.chunk);
      else if (event.kind === "refusal") say(symbols.dot, event.provider, `skipped: ${event.text}`, "dim");
      else if (event.kind === "warning") say(symbols.warning, "warning", event.text, "yellow");
      else if (event.kind === "retry") status(`${event.text} (attempt ${event.attempt}, in ${formatElapsed(event.waitMs)})`);
      else if (event.kind === "note" && event.isPassing === true) status(event.text);
      else if (event.kind === "note") say(symbols.dot, "note", event.text, "dim");
      else if (event.kind === "detail" && isVerbose) say(symbols.dot, "detail", event.text, "dim");
    },
    rest() {
      clear();
      foreign.end();
      isResting = true;
    },
    close() {
      this.rest();
      clearInterval(timer);
    },
  };
}

function styleOf(paint: Paint, colour: Colour | "dim"): StyleLine {
  return (part, text) => {
    // A faint text cannot be read on a light background, so only a symbol without a meaning of its own is faint.
    return part === "symbol" || (part === "label" && colour === "red") ? paint(colour, text) : text;
  };
}

/**
 * Moves to a new line if another program has ended in the middle of one. In the first column, the spaces fill this line and
 * it is erased. In the middle of a line, they wrap to the next one.
 */
function newLine(columns: number): string {
  return `${" ".repeat(columns)}\r\u001B[K`;
}

/** The lines with which libpq shows the place of an error come after what they are about. */
const PLACE = /^\s*\^\s*$|^LINE \d+: /;

function lastLine(chunk: Uint8Array): string | undefined {
  return new TextDecoder()
    .decode(chunk)
    .split(/[\r\n]/)
    .findLast((line) => line.trim() !== "" && !PLACE.test(line));
}
