import { ownCommand } from "../shell-command.ts";
import type { Event, Listener } from "../events.ts";
import { type Display, plainDisplay, quietDisplay } from "./display.ts";
import { type ForeignOutput, foreignOutput, type ForeignOutputOptions } from "./foreign-output.ts";
import { formatUtc } from "../moment.ts";

/** Shows events on stderr, and records the phases and the database for messages at the end of a command. */
export interface Progress {
  readonly emit: Listener;
  /** The finished phases, in order. */
  readonly phases: readonly PhaseTime[];
  /** The database that is kept when the process ends now, and how to delete it. */
  describeKept(): string;
  /** What happens after a second signal, and how to delete the database if there is no time for it. */
  describeHurry(): string;
  /** Whether the whole output of the migrations is above. */
  readonly showsOutput: boolean;
  /** Gives stderr and stdout to other output until the next phase starts. */
  rest(): void;
  close(): void;
}

export interface PhaseTime {
  readonly phase: string;
  readonly text: string;
  readonly ms: number;
  readonly failed: boolean;
}

interface Stream {
  write(text: string | Uint8Array): unknown;
}

/** Draws on a terminal. It is loaded only where there is one. */
export type OpenDisplay = (parts: { readonly clean: (text: string) => string; readonly foreign: ForeignOutput }) => Display;

interface ProgressOptions {
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Removes secrets and commands of the CI service from a text. */
  readonly clean: (text: string) => string;
  readonly job: Omit<ForeignOutputOptions, "fold">;
  /** Default: lines as in a log. */
  readonly open?: OpenDisplay | undefined;
}

export function progressOn(stream: Stream, { quiet, verbose, clean, job, open }: ProgressOptions): Progress {
  const phases: PhaseTime[] = [];
  let database: Extract<Event, { kind: "database" }> | undefined;
  let run: Extract<Event, { kind: "run" }> | undefined;
  let mayExist = false;
  const write = (text: string): void => void stream.write(text);
  const foreign = foreignOutput(write, { ...job, fold: open === undefined });
  const display = quiet
    ? quietDisplay(write, { clean, foreign })
    : (open?.({ clean, foreign }) ?? plainDisplay(write, { clean, foreign, isVerbose: verbose }));
  const onPhase = (event: Extract<Event, { kind: "phase" }>): void => {
    // A creation that is interrupted may have created the database, and a deletion that failed may have kept it.
    if (event.phase === "up") mayExist = event.state !== "end";
    if (event.phase === "down" && event.state === "end") [database, mayExist] = [undefined, false];
    if (event.state !== "start") phases.push({ phase: event.phase, text: event.text, ms: event.ms, failed: event.state === "failed" });
  };
  return {
    phases,
    showsOutput: display.showsOutput,
    rest: () => display.rest(),
    close: () => display.close(),
    describeKept: () => describeStop(database, mayExist ? run : undefined),
    describeHurry: () => describeHurry(database, mayExist ? run : undefined),
    emit(event) {
      if (event.kind === "phase") onPhase(event);
      else if (event.kind === "database") database = event;
      else if (event.kind === "run") run = event;
      display.emit(event);
    },
  };
}

type DatabaseEvent = Extract<Event, { kind: "database" }> | undefined;
type RunEvent = Extract<Event, { kind: "run" }> | undefined;

/** `run`: the run of a database that may exist, although its creation or its deletion has not ended. */
function describeStop(database: DatabaseEvent, run: RunEvent): string {
  if (database !== undefined) {
    const until = database.expiresAt === undefined ? "" : ` until ${formatUtc(database.expiresAt)}`;
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
  return ownCommand(["down", "--run", run]);
}
