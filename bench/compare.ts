/** One measured side of a comparison: milliseconds per round. */
export interface Side {
  readonly name: string;
  readonly times: readonly number[];
}

/**
 * One way to do the work. If it returns a function, that function cleans up afterwards, outside the measured time. If it returns a
 * number, that is the measured time.
 */
export type Way = (round: number) => Promise<void | number | (() => Promise<void>)>;

/**
 * Measures several ways to do the same work. Each round runs every way once, so that a change in the speed of the machine
 * affects all of them. The first round warms up and is not counted; `rounds` measured rounds follow.
 */
export async function compare(rounds: number, ways: Readonly<Record<string, Way>>): Promise<readonly Side[]> {
  const times = Object.fromEntries(Object.keys(ways).map((name) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, way] of Object.entries(ways)) {
      const start = performance.now();
      const result = await way(round);
      if (round > 0) times[name]?.push(typeof result === "number" ? result : performance.now() - start);
      if (typeof result === "function") await result();
    }
  }
  return Object.entries(times).map(([name, all]) => ({ name, times: all }));
}

export function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}

/** A table with a row for each side. The ratio compares its median with the median of the first side. */
export function table(sides: readonly Side[]): string {
  const floor = median(sides[0]?.times ?? []);
  const width = Math.max(...sides.map(({ name }) => name.length));
  const rows = sides.map(({ name, times }) => {
    const middle = median(times);
    const spread = `${Math.min(...times).toFixed(0)}–${Math.max(...times).toFixed(0)}`;
    return `${name.padEnd(width)}  median ${middle.toFixed(0).padStart(6)} ms  (${spread})  ratio ${(middle / floor).toFixed(2)}`;
  });
  return rows.join("\n");
}
