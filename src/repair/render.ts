import type { RepairPlan } from "./plan.ts";
import { EPILOGUE, harmless, PREAMBLE, segments } from "./script.ts";
import type { Step } from "./step.ts";

/** What the head of a script says. */
export interface Heading {
  /** For people, without secrets. */
  readonly expected: string;
  readonly actual: string;
  /** What the script was tried on. */
  readonly copy: string;
  readonly copyHasRows: boolean;
}

/**
 * The script as text for `psql`: what it is, what it leaves alone and why, then the steps, each under its object with
 * the lock that it takes. What loses data is commented out unless `allowDestructive` says otherwise.
 */
export function renderRepair({ steps, unrepaired }: RepairPlan, heading: Heading, { allowDestructive = false } = {}): string {
  const running = new Set(allowDestructive ? steps : harmless(steps));
  const body = segments(steps).flatMap(({ alone, steps: inside }) => {
    const lines = inside.flatMap((step) => stepLines(step, running.has(step)));
    return alone || !inside.some((step) => running.has(step)) ? lines : ["begin;", "", ...lines, "commit;", ""];
  });
  const lost = steps.length - running.size;
  const head = [
    `Brings ${heading.actual}`,
    `to ${heading.expected}.`,
    "",
    "Written by `offshoot drift --repair`. Run it with `psql -v ON_ERROR_STOP=1 -f`: not all of it can share a transaction.",
    "It may run again: what is done already is left alone.",
    `Proved by running it twice on ${heading.copy}.`,
    ...(heading.copyHasRows
      ? []
      : ["That copy held no rows: what reads rows, such as NOT NULL, CHECK, UNIQUE and foreign keys, may still fail on them."]),
    ...(lost === 0
      ? []
      : [
          "",
          `${lost === 1 ? "A step is" : `${lost} steps are`} commented out: with them data may be lost. --allow-destructive proves them too.`,
        ]),
    ...(unrepaired.length === 0 ? [] : ["", "Left alone:"]),
    ...unrepaired.flatMap(({ change, reason }) => [`- ${change.change} ${change.kind} ${change.object}: ${reason}`]),
  ];
  return [...comment(head), "", ...PREAMBLE.map(terminated), "", ...body, ...EPILOGUE.map(terminated), ""].join("\n");
}

function stepLines(step: Step, runs: boolean): readonly string[] {
  const { kind, object, lock, warning, destructive, sql } = step;
  const notes = [
    `${kind} ${object}${lock === undefined ? "" : ` (${lock})`}`,
    ...(warning === undefined ? [] : [`Mind: ${warning}.`]),
    ...(destructive === undefined ? [] : [`Loses data: ${destructive}.`]),
  ];
  const lines = terminated(sql).split("\n");
  return [...comment(notes), ...(runs ? lines : comment(lines)), ""];
}

function terminated(sql: string): string {
  return `${sql};`;
}

/** To `psql` a carriage return ends a comment as well: what comes after one in a name would run. */
function comment(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => line.split(/\r\n|\r|\n/)).map((line) => (line === "" ? "--" : `-- ${line}`));
}
