/** One line of a unified diff: its sign and its text. */
export interface Line {
  readonly sign: " " | "-" | "+";
  readonly text: string;
}

/** Lines of context around a difference, as `diff -u` has them. */
const CONTEXT = 3;

/** A longer text than this, in lines, is shown as replaced whole: the table below grows with the square. */
const LONGEST = 2000;

/** What turns `before` into `after`, with a few equal lines around it; `...` stands where equal lines are left out. */
export function diffLines(before: readonly string[], after: readonly string[]): readonly Line[] {
  const start = shared(before, after);
  const end = shared(before.slice(start).toReversed(), after.slice(start).toReversed());
  const removed = before.slice(start, before.length - end);
  const added = after.slice(start, after.length - end);
  const changed = Math.max(removed.length, added.length) > LONGEST ? replaced(removed, added) : interleaved(removed, added);
  return shortened([...same(before.slice(0, start)), ...changed, ...same(before.slice(before.length - end))]);
}

function shared(one: readonly string[], other: readonly string[]): number {
  const at = one.findIndex((line, index) => line !== other[index]);
  return at < 0 ? one.length : at;
}

function same(lines: readonly string[]): readonly Line[] {
  return lines.map((text) => ({ sign: " ", text }));
}

function replaced(removed: readonly string[], added: readonly string[]): readonly Line[] {
  return [...removed.map((text) => ({ sign: "-", text }) as const), ...added.map((text) => ({ sign: "+", text }) as const)];
}

/** By the longest common subsequence: `lengths[i][j]` is that of what follows line `i` of one and line `j` of the other. */
function interleaved(removed: readonly string[], added: readonly string[]): readonly Line[] {
  const lengths = Array.from({ length: removed.length + 1 }, () => new Uint16Array(added.length + 1));
  const length = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = removed.length - 1; i >= 0; i--) {
    const row = lengths[i];
    if (row === undefined) continue;
    for (let j = added.length - 1; j >= 0; j--) {
      row[j] = removed[i] === added[j] ? length(i + 1, j + 1) + 1 : Math.max(length(i + 1, j), length(i, j + 1));
    }
  }
  const lines: Line[] = [];
  for (let i = 0, j = 0; i < removed.length || j < added.length;) {
    const [out, into] = [removed[i], added[j]];
    if (out !== undefined && out === into) {
      lines.push({ sign: " ", text: out });
      [i, j] = [i + 1, j + 1];
    } else if (out !== undefined && (into === undefined || length(i + 1, j) >= length(i, j + 1))) {
      lines.push({ sign: "-", text: out });
      i += 1;
    } else {
      lines.push({ sign: "+", text: into ?? "" });
      j += 1;
    }
  }
  return lines;
}

function shortened(lines: readonly Line[]): readonly Line[] {
  const near = lines.map((_, at) => lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(({ sign }) => sign !== " "));
  return lines.flatMap((line, at) => {
    if (near[at]) return [line];
    // One mark for each stretch, none at either end.
    return at > 0 && near[at - 1] && near.includes(true, at) ? [{ sign: " ", text: "..." }] : [];
  });
}
