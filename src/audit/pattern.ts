/** A star stands for any text; behind a backslash it is a star of the name itself. */
const STAR = /(?<!\\)\*/;

/** Whether a key of the spec stands for many names. */
export function isPattern(key: string): boolean {
  return STAR.test(key);
}

/** Whether a name matches a pattern as a whole. */
export function matches(pattern: string, name: string): boolean {
  const parts = pattern.split(new RegExp(STAR, "g")).map((part) => literalName(part).replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(name);
}

/** Stands for the key `__proto__`, which a plain object of JavaScript takes for something else. */
export const PROTO_KEY = String.raw`\__proto__`;

/** The name that a key stands for, which is no pattern. */
export function literalName(key: string): string {
  return key === PROTO_KEY ? "__proto__" : key.replaceAll(String.raw`\*`, "*");
}

/** The key of a name, for files that are written. */
export function keyOfName(name: string): string {
  return name.replaceAll("*", String.raw`\*`);
}
