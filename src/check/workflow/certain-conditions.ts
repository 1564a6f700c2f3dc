import { exclude } from "./conditions.ts";
import type { WorkflowEvent } from "./common-events.ts";
import { alternativesOf, isText, type Literal, TRUE } from "./expression.ts";

/**
 * Whether all conditions of two jobs are true on one event. What nothing shows, such as the output of a step, counts as false,
 * unless both have the same condition on the event or on a variable of the repository.
 */
export function bothRun(one: readonly string[], other: readonly string[], event: WorkflowEvent): boolean {
  const holds = (condition: string, others: readonly string[]): boolean =>
    isTrueOn(condition, event) || (readsEventOnly(condition) && others.some((each) => normal(each) === normal(condition)));
  return one.every((each) => holds(each, other)) && other.every((each) => holds(each, one)) && !exclude(one, other);
}

/** These compare parts of the event with each other; a pull request of the repository itself meets them. */
const OWN_PULL_REQUEST =
  /github\.event\.pull_request\.head\.repo\.full_name\s*==\s*github\.repository\b|github\.repository\s*==\s*github\.event\.pull_request\.head\.repo\.full_name\b/gi;
const RUNS_NORMALLY = /!\s*(?:cancelled|failure)\s*\(\s*\)|\b(?:always|success)\s*\(\s*\)/gi;
/** A condition on one of them says where a copy of the repository, or a robot, is left out. */
const REPOSITORY = new Set(["github.repository", "github.repository_owner", "github.event.repository.full_name"]);
const SENDER = new Set(["github.actor", "github.triggering_actor", "github.event.pull_request.user.login", "github.event.sender.login"]);

function isTrueOn(written: string, { facts }: WorkflowEvent): boolean {
  if (written.trim() === "" || isText(written)) return true;
  const condition = written.replaceAll(OWN_PULL_REQUEST, "true").replaceAll(RUNS_NORMALLY, "true");
  const known = (word: string): boolean =>
    word in facts || REPOSITORY.has(word) || SENDER.has(word) || /^(?:true|false|startswith)$/.test(word);
  if (!wordsOf(condition).every(known)) return false;
  return alternativesOf(condition).some((each) => each.every((literal) => isTrue(literal, facts)));
}

function isTrue({ left, equals, right }: Literal, facts: WorkflowEvent["facts"]): boolean {
  if (REPOSITORY.has(left)) return equals;
  if (SENDER.has(left)) return !equals;
  const [, name = "", prefix = ""] = /^startswith\(([\w.]+),'(.*)'\)$/i.exec(left) ?? [];
  if (name !== "") return right === TRUE && facts[name]?.toLowerCase().startsWith(prefix.toLowerCase()) === equals;
  const value = facts[left]?.toLowerCase();
  if (value === undefined) return false;
  return (right === TRUE ? !["", "false"].includes(value) : value === right) === equals;
}

/** Whether a condition depends only on what both workflows see alike. */
function readsEventOnly(condition: string): boolean {
  const words = wordsOf(condition.replaceAll(RUNS_NORMALLY, "true"));
  return words.every((word) => /^(?:github\.|vars\.|(?:true|false|contains|startswith|endswith|fromjson|format|join)$)/.test(word));
}

function wordsOf(condition: string): readonly string[] {
  return (condition.replaceAll(/'(?:[^']|'')*'/g, "").match(/[a-z_][\w.*-]*/gi) ?? []).map((word) => word.toLowerCase());
}

function normal(condition: string): string {
  return condition.replaceAll(/^\s*\$\{\{|\}\}\s*$|\s+/g, "").toLowerCase();
}
