import { diffArrays } from "diff";

/**
 * Gives a changed text the style of the original text. `plain` is the original as YAML's writer prints it without the
 * change, so the difference between `plain` and `changed` is the change alone. Lines without a change keep their bytes.
 */
export function keepStyle(original: string, plain: string, changed: string): string {
  const [originalLines, plainLines, changedLines] = [original, plain, changed].map((text) => text.split("\n")) as [
    string[],
    string[],
    string[],
  ];
  const lineEnd = originalLines.some((line) => line.endsWith("\r")) ? "\r" : "";
  const inOriginal = matchLines(plainLines.map(withoutBlanks), originalLines.map(withoutBlanks));
  const inChanged = matchLines(plainLines, changedLines);
  const result: string[] = [];
  let [plainStart, originalStart, changedStart] = [0, 0, 0];
  // Lines that all three texts have divide them into parts. The end of the texts counts as such a line.
  for (let line = 0; line <= plainLines.length; line++) {
    const isEnd = line === plainLines.length;
    const originalEnd = isEnd ? originalLines.length : inOriginal[line];
    const changedEnd = isEnd ? changedLines.length : inChanged[line];
    if (originalEnd === undefined || changedEnd === undefined) continue;
    const part = changedLines.slice(changedStart, changedEnd);
    const isUnchanged = part.join("\n") === plainLines.slice(plainStart, line).join("\n");
    result.push(...(isUnchanged ? originalLines.slice(originalStart, originalEnd) : part.map((text) => text + lineEnd)));
    result.push(...originalLines.slice(originalEnd, originalEnd + 1));
    [plainStart, originalStart, changedStart] = [line + 1, originalEnd + 1, changedEnd + 1];
  }
  return result.join("\n");
}

/** For each line of one text, the number of the same line in the other text, or undefined if the other text lacks it. */
export function matchLines(one: readonly string[], other: readonly string[]): readonly (number | undefined)[] {
  const matches: (number | undefined)[] = [];
  let position = 0;
  for (const { added, removed, count } of diffArrays([...one], [...other])) {
    for (let line = 0; line < count; line++) {
      if (!added) matches.push(removed ? undefined : position);
      if (!removed) position++;
    }
  }
  return matches;
}

function withoutBlanks(line: string): string {
  return line.replaceAll(/\s+/g, "");
}
