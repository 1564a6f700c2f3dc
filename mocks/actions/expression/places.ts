import { FUNCTIONS } from "./functions.ts";
import { type Expression, parseExpression } from "./parse.ts";

/** The place of an expression, which decides its contexts and functions (GitHub, "Contexts reference", "Context availability"). */
export type Place = keyof typeof PLACES;

const STATUS = ["always", "success", "failure", "cancelled"];
const JOB = ["github", "needs", "strategy", "matrix", "vars", "inputs"];
const STEP = [...JOB, "job", "runner", "env", "steps"];

const PLACES = {
  "run-name": { contexts: ["github", "inputs", "vars"], functions: [] },
  concurrency: { contexts: ["github", "inputs", "vars"], functions: [] },
  env: { contexts: ["github", "secrets", "inputs", "vars"], functions: [] },
  job: { contexts: JOB, functions: [] },
  "job.if": { contexts: ["github", "needs", "vars", "inputs"], functions: STATUS },
  "job.strategy": { contexts: ["github", "needs", "vars", "inputs"], functions: [] },
  "job.env": { contexts: [...JOB, "secrets"], functions: [] },
  "job.outputs": { contexts: [...STEP, "secrets"], functions: [] },
  step: { contexts: [...STEP, "secrets"], functions: [] },
  // Without `secrets`: GitHub refuses a workflow that uses a secret in an `if`.
  "step.if": { contexts: STEP, functions: STATUS },
} as const satisfies Readonly<Record<string, { readonly contexts: readonly string[]; readonly functions: readonly string[] }>>;

/** Parses an expression and refuses contexts and functions that its place does not offer. */
export function compile(inner: string, place: Place): Expression {
  const expression = parseExpression(inner);
  const contexts: readonly string[] = PLACES[place].contexts;
  const functions: readonly string[] = [...Object.keys(FUNCTIONS), ...PLACES[place].functions];
  for (const part of parts(expression)) {
    if (part.kind === "name" && !contexts.includes(part.name)) {
      throw new Error(`"${part.name}" cannot be used in ${place}: ${inner.trim()}`);
    }
    if (part.kind === "call" && !functions.includes(part.name)) {
      throw new Error(`"${part.name}()" cannot be called in ${place}: ${inner.trim()}`);
    }
    if (part.kind === "call") checkCount(part.name, part.args.length);
  }
  return expression;
}

function checkCount(name: string, count: number): void {
  const [least, most] = FUNCTIONS[name] ?? [0, 0];
  if (count < least || count > most) throw new Error(`"${name}()" takes ${least} to ${most} arguments, not ${count}.`);
}

/** Whether the expression calls a status function. */
export function callsStatusFunction(expression: Expression): boolean {
  return parts(expression).some((part) => part.kind === "call" && STATUS.includes(part.name));
}

function parts(expression: Expression): readonly Expression[] {
  return [expression, ...below(expression).flatMap(parts)];
}

function below(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "literal":
    case "name":
      return [];
    case "call":
      return expression.args;
    case "property":
      return expression.key === undefined ? [expression.of] : [expression.of, expression.key];
    case "not":
      return [expression.of];
    case "binary":
      return [expression.left, expression.right];
  }
}
