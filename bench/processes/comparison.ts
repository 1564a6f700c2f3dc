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
  readonly goal: number | undefined;
}

/** The rows of a comparison. A ratio is the median of the ratios in each round, because the speed of a machine changes between rounds. */
export function rowsOf({ name, goals, peers = {} }: Pick<Comparison, "name" | "goals" | "peers">, sides: readonly Side[]): readonly Row[] {
  const floorOf = (way: string): Side | undefined => sides.find((side) => side.name === peers[way]) ?? sides[0];
  return sides.map((side) => ({
    comparison: name,
    way: side.name,
    medianMs: Math.round(median(side.times)),
    leastMs: Math.round(Math.min(...side.times)),
    mostMs: Math.round(Math.max(...side.times)),
    ratio: Number(median(side.times.map((time, round) => time / (floorOf(side.name)?.times[round] ?? Number.NaN))).toFixed(2)),
    goal: goals[side.name],
  }));
}

/** The rows as a table in Markdown. */
export function markdown(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ comparison, way, medianMs, leastMs, mostMs, ratio, goal }) =>
      `| ${comparison} | ${way} | ${medianMs} (${leastMs}–${mostMs}) | ${ratio.toFixed(2)} | ${goal === undefined ? "" : `at most ${goal.toFixed(2)}`} |`,
  );
  return ["| comparison | process | median ms (spread) | ratio | goal |", "|---|---|---|---|---|", ...lines].join("\n");
}
