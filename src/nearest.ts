/**
 * The candidate that is most similar to a misspelt word; undefined when none is similar. Ignores case, `-`, `_` and spaces.
 * A word that is the beginning of a candidate matches it.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = plain(word);
  if (wanted === "") return undefined;
  const others = [...candidates].filter((candidate) => candidate !== word);
  const longer = wanted.length < 3 ? undefined : others.find((candidate) => plain(candidate).startsWith(wanted));
  if (longer !== undefined) return longer;
  // A third of the letters may be wrong. A suggestion that differs more confuses the user.
  let allowed = Math.min(Math.max(1, Math.floor(wanted.length / 3)), wanted.length - 1);
  let best: string | undefined;
  for (const candidate of others) {
    const known = plain(candidate);
    if (Math.abs(known.length - wanted.length) > allowed) continue;
    const distance = editDistance(wanted, known);
    if (distance <= allowed) [best, allowed] = [candidate, distance - 1];
    if (allowed < 0) break;
  }
  return best;
}

/** The smallest number of insertions, deletions, replacements and swaps of adjacent letters that turns one word into the other. */
export function editDistance(one: string, other: string): number {
  // A word that is much longer is not a typing error, and the time grows with the square of the length.
  if (Math.abs(one.length - other.length) > 32) return Infinity;
  let [before, last] = [[] as number[], Array.from({ length: other.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const replaced = (last[column - 1] ?? 0) + (one[row - 1] === other[column - 1] ? 0 : 1);
      const swapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      const shifted = swapped ? (before[column - 2] ?? 0) + 1 : Infinity;
      current[column] = Math.min(replaced, (last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, shifted);
    }
    [before, last] = [last, current];
  }
  return last[other.length] ?? 0;
}

/** `schema_only` and `schema-only` are the same as `schemaOnly`. */
function plain(word: string): string {
  return word.replaceAll(/[-_\s]/g, "").toLowerCase();
}
