/** A text, a number, a truth value or null in an expression of GitHub Actions. */
const CONSTANT = /^(?:'[^]*'|true|false|null|-?\d+(?:\.\d+)?)$/;

export function isConstant(text: string): boolean {
  return CONSTANT.test(text);
}

/** Whether a constant alone counts as true (GitHub documentation, "Evaluate expressions", "Literals"). */
export function isTruthy(constant: string): boolean {
  return !/^(?:false|null|-?0(?:\.0*)?|'')$/.test(constant);
}

/**
 * Whether two constants are equal. Texts are compared without regard to capitals, and values of different types as numbers: a
 * text that is not a number equals none (GitHub documentation, "Evaluate expressions", "Operators").
 */
export function areEqual(one: string, other: string): boolean {
  if (one.startsWith("'") && other.startsWith("'")) return one.toLowerCase() === other.toLowerCase();
  return numberOf(one) === numberOf(other);
}

function numberOf(constant: string): number {
  if (constant === "null" || constant === "false" || constant === "''") return 0;
  return constant === "true" ? 1 : Number(constant.replaceAll(/^'|'$/g, ""));
}
