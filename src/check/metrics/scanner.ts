/** One line of an endpoint's answer, as its grammar reads it. */
export type Entry =
  | { readonly kind: "type"; readonly name: string; readonly type: string }
  | {
      readonly kind: "sample";
      readonly name: string;
      readonly labels: readonly Label[];
      /** As written; undefined when the sample has no timestamp. */
      readonly timestamp: string | undefined;
    }
  /** A comment, a help text, a unit or an empty line. */
  | { readonly kind: "other" };

export type Label = readonly [name: string, value: string];

/** Why a line was rejected. Grammars throw it, `readExposition` catches it. */
export class Rejected extends Error {}

/** Reads a text by patterns with the flag `y`, from left to right. */
export interface Scanner {
  readonly atEnd: () => boolean;
  /** Where the next pattern must match. */
  readonly at: () => number;
  /** The matched text, or undefined: then nothing was read. */
  readonly take: (pattern: RegExp) => string | undefined;
  /** The matched text. Throws `Rejected` when the pattern does not match. */
  readonly expect: (pattern: RegExp, what: string) => string;
}

/** `text` holds one byte in each character (`latin1`), since the formats are defined for bytes. */
export function scan(text: string): Scanner {
  let position = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = position;
    const [match] = pattern.exec(text) ?? [];
    if (match !== undefined) position += match.length;
    return match;
  };
  return {
    atEnd: () => position >= text.length,
    at: () => position,
    take,
    expect: (pattern, what) => {
      const match = take(pattern);
      if (match === undefined) throw new Rejected(`expected ${what}`);
      return match;
    },
  };
}
