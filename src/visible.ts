/** Control characters but line break and tab, and characters that change the direction of text or are invisible. */
const HIDDEN = /(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF\u{E0000}-\u{E007F}]/gu;

/** The text with such characters written as escapes, so that a name can neither control a terminal nor hide a part of a line. */
export function visible(text: string): string {
  return text.replaceAll(HIDDEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** The text on one line. */
export function oneLine(text: string): string {
  return visible(text.replaceAll(/\s+/g, " "));
}
