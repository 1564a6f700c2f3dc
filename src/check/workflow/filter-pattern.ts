/** The filters of one trigger: lists of patterns by key, such as `branches` or `paths-ignore`. */
export type Filters = Readonly<Record<string, readonly string[]>>;

/**
 * Whether the filters of one key accept a name: `branches` and `branches-ignore`, for example. The last pattern that matches
 * decides (GitHub documentation, "Workflow syntax", filter pattern cheat sheet). Without a filter every name is accepted.
 */
export function accepts(filters: Filters, key: string, name: string): boolean {
  const [wanted, ignored] = [filters[key], filters[`${key}-ignore`]];
  if (wanted !== undefined) return wanted.reduce((is, pattern) => (matches(pattern, name) ? !isNegative(pattern) : is), false);
  return ignored === undefined || !ignored.some((pattern) => matches(pattern, name));
}

/** Names that the patterns of a key match, one for each pattern. */
export function examplesOf(filters: Filters, key: string): readonly string[] {
  return [...(filters[key] ?? []), ...(filters[`${key}-ignore`] ?? [])].map(exampleOf);
}

function isNegative(pattern: string): boolean {
  return pattern.startsWith("!");
}

function matches(pattern: string, name: string): boolean {
  return expressionOf(pattern.replace(/^!/, ""))?.test(name) === true;
}

/** `?` and `+` belong to the character or set before them; `**` and a slash also match nothing. */
const PART = /\*\*\/|\*+|\[[^\]]+\]|\\.|[?+]|[^]/g;

function expressionOf(pattern: string): RegExp | undefined {
  const source = (pattern.match(PART) ?? []).map((part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part.startsWith("*")) return part === "*" ? "[^/]*" : ".*";
    return part === "?" || part === "+" || part.startsWith("[") ? part : `\\u{${part.at(-1)?.codePointAt(0)?.toString(16) ?? "0"}}`;
  });
  try {
    return new RegExp(`^${source.join("")}$`, "u");
  } catch {
    // GitHub refuses such a pattern. It matches nothing here.
    return undefined;
  }
}

function exampleOf(pattern: string): string {
  return (pattern.replace(/^!/, "").match(PART) ?? [])
    .map((part) => {
      if (part === "**/" || part === "?" || part === "+") return "";
      if (part.startsWith("*")) return "example";
      return part.startsWith("[") ? (part[1] ?? "") : (part.at(-1) ?? "");
    })
    .join("");
}
