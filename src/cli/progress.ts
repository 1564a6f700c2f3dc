import { styleText } from "node:util";
import type { Group } from "../ci/write.ts";
import type { Event, Listener } from "../events.ts";
import { formatElapsed } from "../duration.ts";

/** Renders events on stderr, and remembers what the end of a command wants to tell. */
export interface Progress {
  readonly emit: Listener;
  /** The phases that ended, in order. */
  readonly phases: readonly PhaseTime[];
  /** What would stay if the process ended now, and how to remove it. */
  whatStays(): string;
  /** Ends the live line, if one stands. */
  close(): void;
}

export interface PhaseTime {
  readonly phase: string;
  readonly text: string;
  readonly ms: number;
  readonly failed: boolean;
}

interface Stream {
  readonly isTTY?: boolean;
  write(text: string | Uint8Array): unknown;
}

interface ProgressOptions {
  readonly quiet: boolean;
  /** How the CI service folds the output of a command; default not at all. */
  readonly group?: ((title: string) => Group | undefined) | undefined;
}

/** A quiet live line for each phase on a terminal; plain lines with times elsewhere. */
export function progressOn(stream: Stream, { quiet, group }: ProgressOptions): Progress {
  const phases: PhaseTime[] = [];
  const terminal = stream.isTTY === true;
  let live = "";
  let held: Extract<Event, { kind: "database" }> | undefined;
  let folded: Group | undefined;
  const fold = (): void => {
    if (folded !== undefined || terminal) return;
    folded = group?.("output of the migrations");
    if (folded !== undefined) stream.write(folded.begin);
  };
  const unfold = (): void => {
    if (folded !== undefined) stream.write(folded.end);
    folded = undefined;
  };
  const clear = (): void => {
    if (live !== "") stream.write("\r\u001B[2K");
    live = "";
  };
  const line = (text: string): void => {
    clear();
    if (!quiet) stream.write(`${text}\n`);
  };
  const onPhase = (event: Extract<Event, { kind: "phase" }>): void => {
    if (event.state === "start") {
      // The user's command owns the terminal while it runs.
      if (terminal && !quiet && event.phase !== "command") {
        live = `${event.phase} … ${event.text}`;
        stream.write(dim(live));
      }
      return;
    }
    unfold();
    const failed = event.state === "failed";
    phases.push({ phase: event.phase, text: event.text, ms: event.ms, failed });
    if (event.phase === "down") held = undefined;
    line(`${event.phase.padEnd(8)} ${failed ? "failed: " : ""}${event.text} ${dim(`(${formatElapsed(event.ms)})`)}`);
  };
  return {
    phases,
    close() {
      clear();
      unfold();
    },
    whatStays: () => (held === undefined ? "Stopped at once; nothing of this run was in hand." : describeHeld(held)),
    emit(event) {
      switch (event.kind) {
        case "phase":
          return onPhase(event);
        case "database":
          held = event;
          return;
        case "run":
        case "findings":
          return;
        case "output":
          clear();
          fold();
          stream.write(event.chunk);
          return;
        case "refusal":
          return line(`${event.provider.padEnd(8)} passed over: ${event.text}`);
        case "retry":
          return line(dim(`retry    ${event.text} (try ${event.attempt}, in ${formatElapsed(event.waitMs)})`));
        case "warning":
          return line(`${styleText("yellow", "warning", { stream: process.stderr })}  ${event.text}`);
        case "note":
          return line(dim(`note     ${event.text}`));
      }
    },
  };
}

function dim(text: string): string {
  return styleText("dim", text, { stream: process.stderr });
}

function describeHeld(held: Extract<Event, { kind: "database" }>): string {
  const until = held.expiresAt === undefined ? "" : ` until ${held.expiresAt.toISOString()}`;
  return `Stopped at once. The ${held.provider} database ${held.name} stays${until}; remove it with: offshoot down --run ${held.run}`;
}
