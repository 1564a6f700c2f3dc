import type { Expression } from "./parse.ts";
import { asksForStatus, compile, type Place } from "./places.ts";
import { compare, type Context, equal, isContext, open, property, text, truthy, type Value, valuesOf } from "./value.ts";

/** How the jobs or steps before stand: what `success()`, `failure()` and `cancelled()` ask. */
export interface Standing {
  readonly succeeded: boolean;
  readonly failed: boolean;
  readonly cancelled: boolean;
}

/** Replaces each `${{ … }}` of a text. */
export function interpolate(template: string, place: Place, context: Context): string {
  return template.replaceAll(/\$\{\{(.*?)\}\}/gs, (_all, inner: string) => text(evaluate(compile(inner, place), context)));
}

/** The value of a key that may be one `${{ … }}` and then keeps its type, or a plain scalar. */
export function valueOf(given: string | number | boolean, place: Place, context: Context): Value {
  const inner = typeof given === "string" ? /^\$\{\{((?:(?!\}\}).)*)\}\}$/s.exec(given.trim())?.[1] : undefined;
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
  const inner = /^\$\{\{((?:(?!\}\}).)*)\}\}$/s.exec(bare)?.[1] ?? bare;
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
      return expression.key === undefined ? valuesOf(value(expression.of)) : each(value(expression.of), expression, value(expression.key));
    case "not":
      return !truthy(value(expression.of));
    case "binary":
      return binary(expression.operator, value(expression.left), () => value(expression.right));
    case "call":
      return call(expression.name, expression.args.map(value), standing);
  }
}

/** After a `.*` a property is taken of each value. */
function each(of: Value, { of: inner }: Expression & { kind: "property" }, key: Value): Value {
  const isFiltered = inner.kind === "property" && inner.key === undefined;
  return isFiltered ? valuesOf(of).map((one) => property(one, key)) : property(of, key);
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

function call(name: string, args: readonly Value[], standing: Standing | undefined): Value {
  const [first = null, second = null] = args;
  const [whole, part] = [text(first).toLowerCase(), text(second).toLowerCase()];
  if (name === "always") return true;
  if (name === "success") return standing?.succeeded ?? false;
  if (name === "failure") return standing?.failed ?? false;
  if (name === "cancelled") return standing?.cancelled ?? false;
  if (name === "contains") return Array.isArray(first) ? valuesOf(first).some((one) => equal(one, second)) : whole.includes(part);
  if (name === "startswith") return whole.startsWith(part);
  if (name === "endswith") return whole.endsWith(part);
  if (name === "join") return (Array.isArray(first) ? valuesOf(first) : [first]).map(text).join(args.length > 1 ? text(second) : ",");
  if (name === "format") return text(first).replaceAll(/\{(\d+)\}/g, (_all, index: string) => text(args[Number(index) + 1] ?? null));
  if (name === "tojson") return JSON.stringify(first, undefined, 2);
  const parsed: unknown = JSON.parse(text(first));
  return typeof parsed === "object" && parsed !== null && isContext(parsed as Value) ? open(parsed) : (parsed as Value);
}
