/** One measured side of a comparison: milliseconds per round. */
export interface Side {
  readonly name: string;
  readonly times: readonly number[];
}

/** One way to do a thing. What it returns is done afterwards and not counted. */
export type Way = (round: number) => Promise<void | (() => Promise<void>)>;

/**
 * Measures several ways to do a thing in turn, round by round, so that a machine whose speed drifts slows all of
 * them alike. `rounds` counted rounds come after one that warms up.
 */
export async function compare(rounds: number, ways: Readonly<Record<string, Way>>): Promise<readonly Side[]> {
  const times = Object.fromEntries(Object.keys(ways).map((name) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, way] of Object.entries(ways)) {
      const start = performance.now();
      const cleanUp = await way(round);
      if (round > 0) times[name]?.push(performance.now() - start);
      await cleanUp?.();
    }
  }
  return Object.entries(times).map(([name, all]) => ({ name, times: all }));
}

/** The middle of the times. */
export function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}

/** A table of the sides, each with its ratio to the first one, which is the floor. */
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
