import { alternativesOf, bothOf, type Conjunction, type Literal, TRUE } from "./expression.ts";
import { withImplied } from "./implied.ts";
import type { Leg } from "./matrix.ts";
import type { Trigger } from "./triggers.ts";

const STATUS_FUNCTION = /\b(?:always|cancelled|failure|success)\s*\(\s*\)/;

/** Whether a condition decides itself what happens after a job that failed or was skipped. */
export function hasStatusFunction(condition: string): boolean {
  return STATUS_FUNCTION.test(condition);
}

/**
 * The condition that holds in every run of a workflow with these triggers. A called workflow runs on the events of its callers.
 */
export function conditionOf(triggers: readonly Trigger[]): string {
  if (triggers.some(({ name }) => name === "workflow_call")) return "";
  return triggers.map(({ name }) => `github.event_name == '${name.replaceAll("'", "''")}'`).join(" || ");
}

/** Whether two conditions can never be true in one run: each pair of their alternatives contradicts itself. */
export function exclude(one: readonly string[], other: readonly string[]): boolean {
  const [first, second] = [one, other].map(allTrue);
  return (first ?? []).every((a) => (second ?? []).every((b) => isImpossible([...a, ...b])));
}

/** Whether a condition can be true in the leg of a matrix with these values. */
export function canBeTrueIn(leg: Leg, conditions: readonly string[]): boolean {
  const known = Object.entries(leg).map(([name, value]): Literal => ({
    left: `matrix.${name.toLowerCase()}`,
    equals: true,
    right: value.toLowerCase(),
  }));
  return allTrue(conditions).some((each) => !isImpossible([...known, ...each]));
}

/** The alternatives under which all conditions are true. */
function allTrue(conditions: readonly string[]): readonly Conjunction[] {
  return conditions.map(alternativesOf).reduce(bothOf, [[]]);
}

function isImpossible(conditions: Conjunction): boolean {
  const all = withImplied(conditions);
  return all.some((a, at) => all.slice(at + 1).some((b) => contradict(a, b) || contradict(b, a)));
}

function contradict(a: Literal, b: Literal): boolean {
  if (isTag(a) && isTag(b)) return !prefixesAgree(a, b);
  if (a.left !== b.left) return startContradicts(a, b);
  if (a.right === b.right) return a.equals !== b.equals;
  if (a.right === TRUE) return b.equals && (a.equals ? /^(?:false|0)?$/.test(b.right) : !/^(?:false|0)?$/.test(b.right));
  return b.right !== TRUE && a.equals && b.equals;
}

const START = /^startswith\((.+),'(.*)'\)$/i;

/** `startsWith(x, 'v')` and a comparison of `x` with a text that starts otherwise. */
function startContradicts(a: Literal, b: Literal): boolean {
  const [, name, prefix = ""] = START.exec(a.left) ?? [];
  if (name === undefined || name !== b.left || !b.equals || b.right === TRUE) return false;
  return b.right.startsWith(prefix.toLowerCase()) !== a.equals;
}

function isTag({ left, equals, right }: Literal): boolean {
  return equals && right === TRUE && START.test(left);
}

/** Two texts with which one value starts. */
function prefixesAgree(a: Literal, b: Literal): boolean {
  const [[, one, first = ""], [, other, second = ""]] = [START.exec(a.left) ?? [], START.exec(b.left) ?? []] as [string[], string[]];
  return one !== other || first.startsWith(second) || second.startsWith(first);
}
