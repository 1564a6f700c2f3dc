import { createHash } from "node:crypto";

/** Lower case, with only `a-z`, `0-9` and the filler. Each sequence of other characters becomes one filler, except at both ends. */
export function slug(text: string, filler: "-" | "_", longest = Number.POSITIVE_INFINITY): string {
  const plain = text.toLowerCase().replace(/[^a-z0-9]+/g, filler);
  return plain
    .replace(/^[-_]|[-_]$/g, "")
    .slice(0, longest)
    .replace(/[-_]+$/, "");
}

/** The first hex digits of a SHA-256 hash. */
export function shortHash(text: string, digits: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, digits);
}
