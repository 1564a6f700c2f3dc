import { shellCommand } from "../shell-command.ts";
import { styleText } from "node:util";
import { foreignOutput, type ForeignOutputOptions } from "./foreign-output.ts";
import type { Event, Listener } from "../events.ts";
import { formatElapsed } from "../duration.ts";

/** Prints events on stderr, and records the phases and the database for messages at the end of a command. */
export interface Progress {
  readonly emit: Listener;
  /** The finished phases, in order. */
  readonly phases: readonly PhaseTime[];
  /** The database that is kept when the process ends now, and how to delete it. */
  describeKept(): string;
  /** What happens after a second signal, and how to delete the database if there is no time for it. */
  describeHurry(): string;
  /** Clears the live line, if there is one. */
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
  /** Removes secrets and commands of the CI service from a text. */
  readonly clean: (text: string) => string;
  readonly job: Omit<ForeignOutputOptions, "fold">;
}

/** On a terminal, each phase has a live line while it runs. Elsewhere, each phase is one line with its time when it ends. */
export function progressOn(stream: Stream, { quiet, clean, job }: ProgressOptions): Progress {
  const phases: PhaseTime[] = [];
  const terminal = stream.isTTY === true;
  let live = "";
  let database: Extract<Event, { kind: "database" }> | undefined;
  let run: Extract<Event, { kind: "run" }> | undefined;
  let mayExist = false;
  const foreign = foreignOutput((text) => stream.write(text), { ...job, fold: !terminal });
  const clear = (): void => {
    if (live !== "") stream.write("\r\u001B[2K");
    live = "";
  };
  const line = (text: string): void => {
    clear();
    if (quiet) return;
    foreign.breakLine();
    stream.write(`${clean(text)}\n`);
  };
  const onPhase = (event: Extract<Event, { kind: "phase" }>): void => {
    // A creation that is interrupted may have created the database, and a deletion that failed may have kept it.
    if (event.phase === "up") mayExist = event.state !== "end";
    if (event.phase === "down" && event.state === "end") [database, mayExist] = [undefined, false];
    if (event.state === "start") {
      // While the user's command or worker runs, only it writes to the terminal.
      if (terminal && !quiet && event.phase !== "command" && event.phase !== "worker") {
        clear();
        live = `${event.phase} … ${event.text}`;
        stream.write(dim(live));
      }
      return;
    }
    foreign.end();
    const failed = event.state === "failed";
    phases.push({ phase: event.phase, text: event.text, ms: event.ms, failed });
    line(`${event.phase.padEnd(8)} ${failed ? "failed: " : ""}${event.text} ${dim(`(${formatElapsed(event.ms)})`)}`);
  };
  return {
    phases,
    close() {
      clear();
      foreign.end();
    },
    describeKept: () => describeStop(database, mayExist ? run : undefined),
    describeHurry: () => describeHurry(database, mayExist ? run : undefined),
    emit(event) {
      switch (event.kind) {
        case "phase":
          return onPhase(event);
        case "database":
          database = event;
          return;
        case "run":
          run = event;
          return;
        case "findings":
          return;
        case "output":
          clear();
          foreign.write(event.chunk);
          return;
        case "refusal":
          return line(`${event.provider.padEnd(8)} skipped: ${event.text}`);
        case "retry":
          return line(dim(`retry    ${event.text} (attempt ${event.attempt}, in ${formatElapsed(event.waitMs)})`));
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

type DatabaseEvent = Extract<Event, { kind: "database" }> | undefined;
type RunEvent = Extract<Event, { kind: "run" }> | undefined;

/** `run`: the run of a database that may exist, although its creation or its deletion has not ended. */
function describeStop(database: DatabaseEvent, run: RunEvent): string {
  if (database !== undefined) {
    const until = database.expiresAt === undefined ? "" : ` until ${database.expiresAt.toISOString()}`;
    return `Stopped at once. The ${database.provider} database ${database.name} is kept${until}. Delete it with: ${deleteCommand(database.run)}`;
  }
  if (run === undefined) return "Stopped at once. This command had no database.";
  return `Stopped at once. The database ${run.name} may exist. Delete it with: ${deleteCommand(run.key)}`;
}

function describeHurry(database: DatabaseEvent, run: RunEvent): string {
  const { name, run: key } = database ?? { name: run?.name, run: run?.key };
  const rest =
    name === undefined || key === undefined ? "" : ` If the database ${name} is not deleted in time, delete it with: ${deleteCommand(key)}`;
  return `Stopping without further waiting. Another signal stops at once.${rest}`;
}

function deleteCommand(run: string): string {
  return shellCommand(["offshoot", "down", "--run", run]);
}
