import { styleText } from "node:util";
import { formatElapsed } from "../duration.ts";
import type { Event } from "../events.ts";
import { visible } from "../visible.ts";
import type { ForeignOutput } from "./foreign-output.ts";

/** Shows events on stderr. */
export interface Display {
  /** Whether the whole output of the migrations is shown. */
  readonly showsOutput: boolean;
  emit(event: Event): void;
  /** Gives stderr and stdout to other output until the next phase starts. */
  rest(): void;
  /** Ends the display. */
  close(): void;
}

/** A function that writes one line, apart from other output. */
function lineWriter(write: (text: string) => void, clean: (text: string) => string, foreign: ForeignOutput): (text: string) => void {
  return (text) => {
    foreign.breakLine();
    write(`${clean(text)}\n`);
  };
}

/** The output of the command, in order, for a log: each phase is one line with its time when it ends. */
export function plainDisplay(
  write: (text: string) => void,
  { clean, foreign, isVerbose }: { readonly clean: (text: string) => string; readonly foreign: ForeignOutput; readonly isVerbose: boolean },
): Display {
  const line = lineWriter(write, clean, foreign);
  return {
    showsOutput: true,
    emit(raw) {
      // Texts can contain names from outside, such as those of branches. They must not control the terminal.
      const event: Event = "text" in raw ? { ...raw, text: visible(raw.text) } : raw;
      switch (event.kind) {
        case "phase":
          if (event.state === "start") return;
          foreign.end();
          return line(`${event.phase.padEnd(8)} ${event.state === "failed" ? "failed: " : ""}${event.text} (${formatElapsed(event.ms)})`);
        case "output":
          return foreign.write(event.chunk);
        case "refusal":
          return line(`${event.provider.padEnd(8)} skipped: ${event.text}`);
        case "retry":
          if (!isVerbose && !isPowerOfTwo(event.attempt)) return;
          return line(`retry    ${event.text} (attempt ${event.attempt}, in ${formatElapsed(event.waitMs)})`);
        case "warning":
          return line(`${styleText("yellow", "warning", { stream: process.stderr })}  ${event.text}`);
        case "note":
          return line(`note     ${event.text}`);
        case "detail":
          return isVerbose ? line(`detail   ${event.text}`) : undefined;
        case "run":
        case "database":
        case "findings":
        case "result":
        case "status":
        case "progress":
      }
    },
    rest: () => foreign.end(),
    close: () => foreign.end(),
  };
}

/** An outage leads to dozens of attempts. The first ones are shown, and then fewer and fewer. */
function isPowerOfTwo(attempt: number): boolean {
  return Number.isInteger(Math.log2(attempt));
}

/** With `--quiet`, only the output of the migrations is shown, and what was not done. */
export function quietDisplay(
  write: (text: string) => void,
  { clean, foreign }: { readonly clean: (text: string) => string; readonly foreign: ForeignOutput },
): Display {
  const line = lineWriter(write, clean, foreign);
  return {
    showsOutput: true,
    emit(event) {
      if (event.kind === "output") foreign.write(event.chunk);
      else if (event.kind === "note" && event.isResult === true) line(`note     ${visible(event.text)}`);
      else if (event.kind === "phase" && event.state !== "start") foreign.end();
    },
    rest: () => foreign.end(),
    close: () => foreign.end(),
  };
}
