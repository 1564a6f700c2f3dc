import { isUtf8 } from "node:buffer";
import { Rejected } from "./scanner.ts";

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const SPECIAL = /^(?:nan|[+-]?inf(?:inity)?)$/i;

/**
 * Checks a number as Prometheus does: with Go's `strconv.ParseFloat`, but without hexadecimal numbers and underscores
 * (prometheus/prometheus, model/textparse). A number that is too large for 64 bits is rejected too.
 */
export function checkNumber(text: string): void {
  if (SPECIAL.test(text)) return;
  if (!NUMBER.test(text) || !Number.isFinite(Number(text))) throw new Rejected(`${quote(text)} is not a number`);
}

/** Checks a timestamp of OpenMetrics, in seconds. */
export function checkSeconds(text: string): void {
  checkNumber(text);
  if (SPECIAL.test(text)) throw new Rejected(`${quote(text)} is not a timestamp`);
}

const LARGEST = 2n ** 63n - 1n;

/** Checks a timestamp of the text format, in milliseconds. */
export function checkMilliseconds(text: string): void {
  if (text.length > 19 || BigInt(text) > LARGEST) throw new Rejected(`${quote(text)} is too large for a timestamp`);
}

/** Decodes bytes. Throws `Rejected` when they are not UTF-8. */
export function utf8(bytes: string, what: string): string {
  const buffer = Buffer.from(bytes, "latin1");
  if (!isUtf8(buffer)) throw new Rejected(`${what} is not UTF-8`);
  return buffer.toString("utf8");
}

/** The text between the quotes, without the backslashes of the escapes. */
export function unquote(quoted: string, what: string): string {
  return utf8(quoted.slice(1, -1), what).replaceAll(/\\(["\\n])/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
