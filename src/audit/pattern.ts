import { PROTO_KEY } from "../yaml-limits.ts";

/** A star matches any text. After a backslash it is a star of the name itself. */
const STAR = /(?<!\\)\*/;

/** Whether a key of the spec is a pattern. */
export function isPattern(key: string): boolean {
  return STAR.test(key);
}

/** Whether the whole name matches a pattern. */
export function matches(pattern: string, name: string): boolean {
  const parts = pattern.split(new RegExp(STAR, "g")).map((part) => literalName(part).replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(name);
}

/** The name that a key without a pattern means. */
export function literalName(key: string): string {
  return key === PROTO_KEY ? "__proto__" : key.replaceAll(String.raw`\*`, "*");
}

/** The key for a name, for spec files that we write. */
export function keyOfName(name: string): string {
  return name.replaceAll("*", String.raw`\*`);
}
