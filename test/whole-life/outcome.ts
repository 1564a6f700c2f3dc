import type { Ended } from "./actor.ts";
import type { Entry } from "./journal.ts";
import type { Schedule } from "./plans.ts";
import type { Existing } from "./venues/venue.ts";

/** What is known about a schedule after its end. All of it was seen from outside. */
export interface Outcome {
  readonly schedule: Schedule;
  readonly ends: readonly Ended[];
  readonly journal: readonly Entry[];
  /** Databases that existed after all jobs had ended, before `down` or the sweep. */
  readonly remaining: readonly Existing[];
  /** Databases that existed at the end. */
  readonly left: readonly Existing[];
  /** Command lines of processes that ran seconds after all jobs had ended. */
  readonly processes: readonly string[];
  /** `down` and `sweep` after all jobs had ended, each of them twice. */
  readonly cleaning: readonly Ended[];
  /** What looked like ours and was deleted. */
  readonly missingDecoys: readonly string[];
  readonly decoys: number;
  /** Texts that no output may contain. */
  readonly secrets: readonly string[];
  /** Files in the checkouts that nobody should have created. */
  readonly strangeFiles: readonly string[];
}

/** What a check of a promise found. */
export interface Verdict {
  /** How many facts were checked. */
  readonly checked: number;
  readonly broken: readonly string[];
}

export type Check = (outcome: Outcome) => Verdict;

/** One fact of a check: undefined when it is as promised. */
export function verdict(facts: readonly (string | undefined)[]): Verdict {
  return { checked: facts.length, broken: facts.filter((fact) => fact !== undefined) };
}

export function labelOf(index: number): string {
  return `run-${index + 1}`;
}

/** The groups of entries with the same value. */
export function groupBy<T>(all: readonly T[], key: (each: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const each of all) groups.set(key(each), [...(groups.get(key(each)) ?? []), each]);
  return groups;
}
