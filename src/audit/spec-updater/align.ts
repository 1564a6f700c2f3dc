/**
 * For each line of one text its place in the other, in order, and undefined for lines that the other lacks: the longest
 * common subsequence, by the greedy way of Myers ("An O(ND) difference algorithm and its variations", 1986).
 */
export function align(one: readonly string[], other: readonly string[]): readonly (number | undefined)[] {
  const matches: (number | undefined)[] = one.map(() => undefined);
  const trace = furthest(one, other);
  let [x, y] = [one.length, other.length];
  for (let depth = trace.length - 1; depth >= 0; depth--) {
    const reached = trace[depth] ?? new Map<number, number>();
    const diagonal = x - y;
    const before = isDown(reached, diagonal, depth) ? diagonal + 1 : diagonal - 1;
    const fromX = depth === 0 ? 0 : (reached.get(before) ?? 0);
    const fromY = depth === 0 ? 0 : fromX - before;
    while (x > fromX && y > fromY && one[x - 1] === other[y - 1]) matches[--x] = --y;
    [x, y] = [fromX, fromY];
  }
  return matches;
}

/** How far each diagonal was reached before each step, until both texts end. */
function furthest(one: readonly string[], other: readonly string[]): readonly ReadonlyMap<number, number>[] {
  const trace: ReadonlyMap<number, number>[] = [];
  const reached = new Map<number, number>([[1, 0]]);
  for (let depth = 0; ; depth++) {
    trace.push(new Map(reached));
    for (let diagonal = -depth; diagonal <= depth; diagonal += 2) {
      let x = isDown(reached, diagonal, depth) ? (reached.get(diagonal + 1) ?? 0) : (reached.get(diagonal - 1) ?? 0) + 1;
      while (x < one.length && x - diagonal < other.length && one[x] === other[x - diagonal]) x++;
      reached.set(diagonal, x);
      if (x >= one.length && x - diagonal >= other.length) return trace;
    }
  }
}

/** Whether the way to a diagonal came from the one above it. */
function isDown(reached: ReadonlyMap<number, number>, diagonal: number, depth: number): boolean {
  if (diagonal === -depth) return true;
  return diagonal !== depth && (reached.get(diagonal - 1) ?? -1) < (reached.get(diagonal + 1) ?? -1);
}
