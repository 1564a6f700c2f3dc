import { callFunction } from "./functions.ts";
import { type Expression, EXPRESSIONS, WHOLE } from "./parse.ts";
import { callsStatusFunction, compile, type Place } from "./places.ts";
import { compare, type Context, equal, filtered, property, text, truthy, type Value } from "./value.ts";

/** The status of the earlier jobs or steps, for `success()`, `failure()` and `cancelled()`. */
export interface PriorStatus {
  readonly succeeded: boolean;
  readonly failed: boolean;
  readonly cancelled: boolean;
}

/** Evaluates each `${{ … }}` in a text. */
export function interpolate(template: string, place: Place, context: Context): string {
  return template.replaceAll(EXPRESSIONS, (_all, inner: string) => text(evaluate(compile(inner, place), context)));
}

/** The value of a key. A value that is a single `${{ … }}` keeps the type of its result. */
export function valueOf(given: string | number | boolean, place: Place, context: Context): Value {
  const inner = typeof given === "string" ? WHOLE.exec(given.trim())?.[1] : undefined;
  if (inner !== undefined) return evaluate(compile(inner, place), context);
  return typeof given === "string" ? interpolate(given, place, context) : given;
}

/** Whether an `if:` allows a job or step to run. Without a status function, GitHub adds `success() &&`. */
export function allows(
  condition: string | boolean | undefined,
  place: "job.if" | "step.if",
  prior: PriorStatus,
  context: Context,
): boolean {
  const expression = condition === undefined ? undefined : compile(conditionOf(condition), place);
  if (expression === undefined || !callsStatusFunction(expression)) {
    return prior.succeeded && (expression === undefined || truthy(evaluate(expression, context)));
  }
  return truthy(evaluate(expression, context, prior));
}

/** The expression of an `if:`. Text around a `${{ … }}` makes the condition always true, which is a known mistake. */
export function conditionOf(condition: string | boolean): string {
  const bare = String(condition).trim();
  const inner = WHOLE.exec(bare)?.[1] ?? bare;
  if (inner.includes("${{")) throw new Error(`This condition always holds, since it has text around \${{ … }}: ${bare}`);
  return inner;
}

export function evaluate(expression: Expression, context: Context, prior?: PriorStatus): Value {
  const value = (inner: Expression): Value => evaluate(inner, context, prior);
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
      return statusFunction(expression.name, prior) ?? callFunction(expression.name, expression.args.map(value));
  }
}

/** `&&` and `||` return one of their operands. */
function binary(operator: string, left: Value, right: () => Value): Value {
  if (operator === "&&") return truthy(left) ? right() : left;
  if (operator === "||") return truthy(left) ? left : right();
  if (operator === "==") return equal(left, right());
  if (operator === "!=") return !equal(left, right());
  const order = compare(left, right());
  if (operator.startsWith("<")) return order < 0 || (operator === "<=" && order === 0);
  return order > 0 || (operator === ">=" && order === 0);
}

/** The result of a status function; undefined for any other function. */
function statusFunction(name: string, prior: PriorStatus | undefined): boolean | undefined {
  if (name === "always") return true;
  if (name === "success") return prior?.succeeded ?? false;
  if (name === "failure") return prior?.failed ?? false;
  return name === "cancelled" ? (prior?.cancelled ?? false) : undefined;
}
