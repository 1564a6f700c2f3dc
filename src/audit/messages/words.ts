import type { FactsByCode, FindingCode, FoundObject } from "../../findings/finding.ts";

/** A finding in words. */
export interface Message {
  /** What is wrong, as the end of a sentence that starts with the object. */
  readonly problem: string;
  /** Facts, one per line. */
  readonly details: readonly string[];
  /** What to do. */
  readonly remedy: string;
}

export type Words<C extends FindingCode> = { readonly [K in C]: (facts: FactsByCode[K], object: FoundObject) => Message };

/** `found: …` in one line; nothing where there is nothing to say. */
export function line(word: string, text: string | undefined): readonly string[] {
  return text === undefined ? [] : [`${word}: ${text.replaceAll(/\s+/g, " ").trim()}`];
}
