import type { Side, Way } from "../compare.ts";
import { median } from "../compare.ts";

/** Whole processes that do the same work, or whose time is compared. The first way is the floor or the peer. */
export interface Comparison {
  readonly name: string;
  readonly rounds: number;
  readonly ways: Readonly<Record<string, Way>>;
  /** The highest ratio to the first way, by the name of the way. */
  readonly goals: Readonly<Record<string, number>>;
  /** The other way with whose time a way is compared, by its name. Default: the first way. */
  readonly peers?: Readonly<Record<string, string>>;
  /** The way with nothing but the same round trips, by the name of the way. The goal is then for the time without them. */
  readonly floors?: Readonly<Record<string, string>>;
  readonly cleanUp?: () => Promise<void>;
}

/** One line of the table: times in milliseconds, and the ratio to the first way. */
export interface Row {
  readonly comparison: string;
  readonly way: string;
  readonly medianMs: number;
  readonly leastMs: number;
  readonly mostMs: number;
  readonly ratio: number;
  /** The ratio to its floor, and the ratio to the first way without what the floor takes longer than that. */
  readonly floor?: { readonly ratio: number; readonly without: number } | undefined;
  readonly goal: number | undefined;
}

/** The rows of a comparison. A ratio is the median of the ratios in each round, because the speed of a machine changes between rounds. */
export function rowsOf(
  { name, goals, peers = {}, floors = {} }: Pick<Comparison, "name" | "goals" | "peers" | "floors">,
  sides: readonly Side[],
): readonly Row[] {
  const named = (wanted: string | undefined): Side | undefined => sides.find((side) => side.name === wanted);
  const besideFloor = (side: Side): Row["floor"] => {
    const floor = named(floors[side.name]);
    if (floor === undefined) return undefined;
    return {
      ratio: overRounds(side, (time, round) => time / timeOf(floor, round)),
      without: overRounds(side, (time, round) => (time - timeOf(floor, round)) / timeOf(sides[0], round) + 1),
    };
  };
  return sides.map((side) => ({
    comparison: name,
    way: side.name,
    medianMs: Math.round(median(side.times)),
    leastMs: Math.round(Math.min(...side.times)),
    mostMs: Math.round(Math.max(...side.times)),
    ratio: overRounds(side, (time, round) => time / timeOf(named(peers[side.name]) ?? sides[0], round)),
    floor: besideFloor(side),
    goal: goals[side.name],
  }));
}

function timeOf(side: Side | undefined, round: number): number {
  return side?.times[round] ?? Number.NaN;
}

/** The median over the rounds. */
function overRounds({ times }: Side, value: (time: number, round: number) => number): number {
  return Number(median(times.map(value)).toFixed(2));
}

/** The rows as a table in Markdown. */
export function markdown(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ comparison, way, medianMs, leastMs, mostMs, ratio, floor, goal }) =>
      `| ${comparison} | ${way} | ${medianMs} (${leastMs}–${mostMs}) | ${ratio.toFixed(2)} | ${floor?.ratio.toFixed(2) ?? ""} | ${floor?.without.toFixed(2) ?? ""} | ${goal === undefined ? "" : `at most ${goal.toFixed(2)}`} |`,
  );
  return [
    "| comparison | process | median ms (spread) | ratio | to its floor | without round trips | goal |",
    "|---|---|---|---|---|---|---|",
    ...lines,
  ].join("\n");
}
