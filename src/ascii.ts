/**
 * JSON with only ASCII characters. A database with another encoding than UTF-8 can store it too, and the comment of a database,
 * which all databases of a server share, reads the same in each of them.
 */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A text with only ASCII characters, for a column that is compared. Different texts stay different. */
export function asciiKey(text: string): string {
  return /^[ -~]*$/.test(text) && !text.includes("\\") ? text : asciiJson(text).slice(1, -1);
}
