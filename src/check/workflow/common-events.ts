import { accepts, examplesOf, type Filters } from "./filter-pattern.ts";
import type { Trigger } from "./triggers.ts";

/** What happens in a repository, as far as it decides which workflows and jobs run. */
export interface WorkflowEvent {
  readonly name: string;
  /** In words, for a report. */
  readonly text: string;
  /** What expressions read, by their name in small letters. */
  readonly facts: Readonly<Record<string, string>>;
}

/** Each of these is started by itself: by another workflow, or by a person for one workflow. */
const FOR_ONE_WORKFLOW: ReadonlySet<string> = new Set(["workflow_call", "workflow_dispatch"]);
const PULL_REQUEST: ReadonlySet<string> = new Set(["pull_request", "pull_request_target"]);
/** GitHub documentation, "Events that trigger workflows": the types without a filter. For the other events that is every type. */
const DEFAULT_TYPES = ["opened", "synchronize", "reopened"];

/**
 * Examples of single events that start both workflows. No example: nothing shows that such an event exists. Two manual starts
 * are two events, and so are a push and a pull request.
 */
export function commonEvents(one: readonly Trigger[], other: readonly Trigger[]): readonly WorkflowEvent[] {
  return one.flatMap((a) =>
    other.filter((b) => b.name === a.name && !FOR_ONE_WORKFLOW.has(a.name)).flatMap((b) => eventsOf(a.name, a.filters, b.filters)),
  );
}

function eventsOf(name: string, one: Filters, other: Filters): readonly WorkflowEvent[] {
  if (name === "schedule") return shared(one["cron"], other["cron"]).map((cron) => scheduled(cron));
  if (name === "push") return [...branchesOf(one, other), ...tagsOf(one, other)];
  if (PULL_REQUEST.has(name)) return changesPaths(one, other) ? pullRequests(name, one, other) : [];
  if (name === "workflow_run") {
    const workflows = shared(one["workflows"], other["workflows"]);
    const meets = shared(one["types"], other["types"], ["completed"]).length > 0 && common(one, other, "branches").length > 0;
    return meets ? workflows.map((workflow) => plain(name, `the workflow ${workflow}`)) : [];
  }
  return shared(one["types"], other["types"], [""]).map((type) => plain(name, type === "" ? name : `${name} (${type})`));
}

function branchesOf(one: Filters, other: Filters): readonly WorkflowEvent[] {
  if (!takesBranches(one) || !takesBranches(other) || !changesPaths(one, other)) return [];
  return common(one, other, "branches").map((branch) => pushed("branch", branch, `refs/heads/${branch}`));
}

/** A filter of tags alone leaves out branches, and the other way round. */
function takesBranches(filters: Filters): boolean {
  return hasFilter(filters, "branches") || !hasFilter(filters, "tags");
}

/** GitHub does not compare paths for tags. Whoever filters paths means branches. */
function takesTags(filters: Filters): boolean {
  return hasFilter(filters, "tags") || (!hasFilter(filters, "branches") && !hasFilter(filters, "paths"));
}

function tagsOf(one: Filters, other: Filters): readonly WorkflowEvent[] {
  if (!takesTags(one) || !takesTags(other)) return [];
  return common(one, other, "tags").map((tag) => pushed("tag", tag, `refs/tags/${tag}`));
}

function hasFilter(filters: Filters, key: string): boolean {
  return filters[key] !== undefined || filters[`${key}-ignore`] !== undefined;
}

function pullRequests(name: string, one: Filters, other: Filters): readonly WorkflowEvent[] {
  return shared(one["types"] ?? DEFAULT_TYPES, other["types"] ?? DEFAULT_TYPES).flatMap((action) =>
    common(one, other, "branches").map((base) => ({
      name,
      text: `${name} (${action}) into ${base}`,
      facts: {
        "github.event_name": name,
        "github.event.action": action,
        "github.base_ref": base,
        "github.event.pull_request.base.ref": base,
        "github.event.pull_request.draft": "false",
        "github.event.pull_request.head.repo.fork": "false",
        "github.event.pull_request.merged": String(action === "closed"),
        "github.ref": name === "pull_request" ? "refs/pull/1/merge" : `refs/heads/${base}`,
        "github.ref_name": name === "pull_request" ? "1/merge" : base,
        "github.ref_type": "branch",
      },
    })),
  );
}

function pushed(type: "branch" | "tag", name: string, ref: string): WorkflowEvent {
  const facts = { "github.event_name": "push", "github.ref": ref, "github.ref_name": name, "github.ref_type": type };
  return { name: "push", text: `push to the ${type} ${name}`, facts: { ...facts, "github.base_ref": "", "github.head_ref": "" } };
}

function scheduled(cron: string): WorkflowEvent {
  return { name: "schedule", text: `the schedule ${cron}`, facts: { "github.event_name": "schedule", "github.event.schedule": cron } };
}

function plain(name: string, text: string): WorkflowEvent {
  return { name, text, facts: { "github.event_name": name } };
}

/** Whether one file starts both. Two filters that no single file meets are not compared further. */
function changesPaths(one: Filters, other: Filters): boolean {
  return common(one, other, "paths").length > 0;
}

/** Names that both accept. `main` and `example` are examples of any branch, tag or file. */
function common(one: Filters, other: Filters, key: string): readonly string[] {
  const names = ["main", ...examplesOf(one, key), ...examplesOf(other, key), "example"];
  return [...new Set(names)].filter((name) => accepts(one, key, name) && accepts(other, key, name));
}

/** What is in both lists. A missing list has everything; two missing ones have `without`. */
function shared(
  one: readonly string[] | undefined,
  other: readonly string[] | undefined,
  without: readonly string[] = [],
): readonly string[] {
  if (one === undefined || other === undefined) return one ?? other ?? without;
  return one.filter((each) => other.includes(each));
}
