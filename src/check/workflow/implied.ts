import { type Conjunction, type Literal, TRUE } from "./expression.ts";

/** Events whose `github.ref` is the pull request, and that have `github.head_ref` and `github.base_ref`. */
const PULL_REQUEST = "pull_request";
/** Events of a branch, a tag or a time, where `github.head_ref` and `github.base_ref` are empty. */
const WITHOUT_PULL_REQUEST: ReadonlySet<string> = new Set(["push", "schedule", "workflow_dispatch", "repository_dispatch", "release"]);

/**
 * The comparisons with those that follow from them (GitHub documentation, "Contexts", `github.ref` and the fields around it): a full
 * name of a branch or tag has a short name and a type, and a kind of event has a kind of `ref`.
 */
export function withImplied(all: Conjunction): Conjunction {
  return [...all, ...all.flatMap(impliedBy)];
}

function impliedBy({ left, equals, right }: Literal): readonly Literal[] {
  // A manual start has its inputs under both names.
  if (left.startsWith("github.event.inputs.")) return [{ left: left.slice("github.event.".length), equals, right }];
  if (!equals) return [];
  if (left === "github.ref") return ofRef(right);
  if (left === "github.event_name") return ofEvent(right);
  if (/^startswith\(github\.ref,'refs\/(?:heads|tags)\/[^']*'\)$/i.test(left) && right === TRUE) return [typeOf(left)];
  return [];
}

function ofRef(ref: string): readonly Literal[] {
  const [, kind, name] = /^refs\/(heads|tags)\/(.+)$/.exec(ref) ?? [];
  return kind === undefined || name === undefined ? [] : [{ left: "github.ref_name", equals: true, right: name }, typeOf(ref)];
}

function typeOf(ref: string): Literal {
  return { left: "github.ref_type", equals: true, right: /refs\/tags\//i.test(ref) ? "tag" : "branch" };
}

function ofEvent(event: string): readonly Literal[] {
  if (WITHOUT_PULL_REQUEST.has(event)) return branches(false);
  return event === PULL_REQUEST ? [...branches(true), { left: "startswith(github.ref,'refs/pull/')", equals: true, right: TRUE }] : [];
}

function branches(equals: boolean): readonly Literal[] {
  return ["github.head_ref", "github.base_ref"].map((left) => ({ left, equals, right: TRUE }));
}
