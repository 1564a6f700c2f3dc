import { callFunction } from "./functions.ts";
import { type Expression, EXPRESSIONS, WHOLE } from "./parse.ts";
import { asksForStatus, compile, type Place } from "./places.ts";
import { compare, type Context, equal, filtered, property, text, truthy, type Value } from "./value.ts";

/** How the jobs or steps before stand: what `success()`, `failure()` and `cancelled()` ask. */
export interface Standing {
  readonly succeeded: boolean;
  readonly failed: boolean;
  readonly cancelled: boolean;
}

/** Replaces each `${{ … }}` of a text. */
export function interpolate(template: string, place: Place, context: Context): string {
  return template.replaceAll(EXPRESSIONS, (_all, inner: string) => text(evaluate(compile(inner, place), context)));
}

/** The value of a key that may be one `${{ … }}` and then keeps its type, or a plain scalar. */
export function valueOf(given: string | number | boolean, place: Place, context: Context): Value {
  const inner = typeof given === "string" ? WHOLE.exec(given.trim())?.[1] : undefined;
  if (inner !== undefined) return evaluate(compile(inner, place), context);
  return typeof given === "string" ? interpolate(given, place, context) : given;
}

/** Whether an `if:` lets a job or step run; without a status function GitHub puts `success() &&` before it. */
export function allows(
  condition: string | boolean | undefined,
  place: "job.if" | "step.if",
  standing: Standing,
  context: Context,
): boolean {
  const expression = condition === undefined ? undefined : compile(conditionOf(condition), place);
  if (expression === undefined || !asksForStatus(expression)) {
    return standing.succeeded && (expression === undefined || truthy(evaluate(expression, context)));
  }
  return truthy(evaluate(expression, context, standing));
}

/** The inside of an `if:`. Text around a `${{ … }}` makes a condition that always holds: a known mistake. */
export function conditionOf(condition: string | boolean): string {
  const bare = String(condition).trim();
  const inner = WHOLE.exec(bare)?.[1] ?? bare;
  if (inner.includes("${{")) throw new Error(`This condition always holds, since it has text around \${{ … }}: ${bare}`);
  return inner;
}

export function evaluate(expression: Expression, context: Context, standing?: Standing): Value {
  const value = (inner: Expression): Value => evaluate(inner, context, standing);
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "name":
      return property(context, expression.name);
    case "property":
      return expression.key === undefined ? filtered(value(expression.of)) : property(value(expression.of), value(expression.key));
    case "not":
      return !truthy(value(expression.of));
    case "binary":
      return binary(expression.operator, value(expression.left), () => value(expression.right));
    case "call":
      return ask(expression.name, standing) ?? callFunction(expression.name, expression.args.map(value));
  }
}

/** `&&` and `||` give one of their sides. */
function binary(operator: string, left: Value, right: () => Value): Value {
  if (operator === "&&") return truthy(left) ? right() : left;
  if (operator === "||") return truthy(left) ? left : right();
  if (operator === "==") return equal(left, right());
  if (operator === "!=") return !equal(left, right());
  const order = compare(left, right());
  if (operator.startsWith("<")) return order < 0 || (operator === "<=" && order === 0);
  return order > 0 || (operator === ">=" && order === 0);
}

/** What a function that asks how things stand says; undefined where it is none. */
function ask(name: string, standing: Standing | undefined): boolean | undefined {
  if (name === "always") return true;
  if (name === "success") return standing?.succeeded ?? false;
  if (name === "failure") return standing?.failed ?? false;
  return name === "cancelled" ? (standing?.cancelled ?? false) : undefined;
}
