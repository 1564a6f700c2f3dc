interface Comparison {
  readonly left: string;
  readonly equals: boolean;
  readonly right: string;
}

const STATUS_FUNCTION = /\b(?:always|cancelled|failure|success)\s*\(\s*\)/;

/** Whether a condition decides itself what happens after a job that failed or was skipped. */
export function hasStatusFunction(condition: string): boolean {
  return STATUS_FUNCTION.test(condition);
}

/** Whether two conditions can never be true in one run: they compare one value with different texts. */
export function exclude(one: readonly string[], other: readonly string[]): boolean {
  const [first, second] = [one, other].map((conditions) => conditions.flatMap(comparisonsOf));
  return (first ?? []).some((a) => (second ?? []).some((b) => contradict(a, b)));
}

function contradict(a: Comparison, b: Comparison): boolean {
  if (a.left !== b.left) return false;
  if (a.equals && b.equals) return a.right !== b.right;
  return a.equals !== b.equals && a.right === b.right;
}

/** The comparisons that must all be true. A condition with `||` has none that must. */
function comparisonsOf(condition: string): readonly Comparison[] {
  const bare = condition.replaceAll(/^\s*\$\{\{|\}\}\s*$/g, "").trim();
  if (bare.includes("||")) return [];
  return bare.split("&&").flatMap((part) => {
    const text = part.trim().replaceAll(/^\(+|\)+$/g, "");
    const [, left = "", operator = "", right = ""] = /^([\w.-]+)\s*([!=]=)\s*('[^']*'|true|false|\d+)$/.exec(text) ?? [];
    if (left !== "") return [{ left, equals: operator === "==", right }];
    // `always()` is a call, not a value.
    const [, not = "", name = ""] = /^(!?)\s*([\w-]+(?:\.[\w-]+)+)$/.exec(text) ?? [];
    return name === "" ? [] : [{ left: name, equals: not === "", right: "(true)" }];
  });
}
