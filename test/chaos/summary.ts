import { distribution } from "./invariants/takeovers.ts";
import type { CommandPlan } from "./plans.ts";
import type { Played } from "./play.ts";

/** Fewer takeovers than in every second schedule would prove little. A short series may have fewer by chance. */
const MIN_RATE = 0.5;
const MIN_SCHEDULES = 20;

export function hasFailed({ broken }: Played): boolean {
  return broken.length > 0;
}

interface Series {
  readonly first: number;
  readonly seconds: string;
  /** Schedules that this machine cannot run. */
  readonly leftOut: number;
}

/** What a series of schedules showed. */
export function summary(
  played: readonly Played[],
  { first, seconds, leftOut }: Series,
): { readonly lines: readonly string[]; readonly failed: boolean } {
  const ready = played.filter((each) => each.ready).length;
  const takeovers = played.reduce((sum, each) => sum + each.takeovers, 0);
  const rate = played.filter((each) => each.takeovers > 0).length / Math.max(1, played.length);
  const measured = played.flatMap((each) => each.measured);
  const tooFew = played.length >= MIN_SCHEDULES && rate < MIN_RATE;
  const failed = played.filter(hasFailed);
  return {
    failed: failed.length > 0 || tooFew,
    lines: [
      `${played.length} schedules from seed ${first}: ${ready} ready, ${played.length - ready} failed for a valid reason or not begun, ${seconds} s`,
      ...(leftOut === 0 ? [] : [`${leftOut} schedules with containers were left out, because no Docker engine runs here`]),
      `${takeovers} takeovers; ${Math.round(rate * 100)} % of the schedules had one${tooFew ? `, and at least ${MIN_RATE * 100} % must` : ""}`,
      `takeover after a kill (promised: 5 s): ${distribution(measured.filter(({ kind }) => kind === "kill"))}`,
      `takeover after a freeze (promised: lease + 3 s): ${distribution(measured.filter(({ kind }) => kind === "freeze"))}`,
      ...counted(played),
      failed.length === 0 ? "every promise was kept" : `broken: seeds ${seeds(failed)}`,
    ],
  };
}

function counted(played: readonly Played[]): readonly string[] {
  const schedules = played.map(({ schedule }) => schedule);
  return [
    `faults: ${count(schedules.flatMap(({ faults }) => faults.map(({ kind }) => kind)))}`,
    `commands: ${count(schedules.map(({ command }) => describeShape(command)))}`,
    `stages: ${count(schedules.map(({ stage, mix }) => `${stage}/${mix}`))}`,
  ];
}

function describeShape({ shape, detaches, ownName }: CommandPlan): string {
  return [shape, ...(detaches === "nothing" ? [] : [detaches]), ...(ownName ? ["own name"] : [])].join("+");
}

function count(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const sorted = [...counts].toSorted(([a], [b]) => a.localeCompare(b));
  return sorted.map(([name, times]) => `${name} ${times}`).join(", ");
}

function seeds(played: readonly Played[]): string {
  return played
    .map(({ schedule }) => schedule.seed)
    .toSorted((a, b) => a - b)
    .join(", ");
}
