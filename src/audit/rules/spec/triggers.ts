import type { Policy } from "../../../catalog/policies.ts";
import type { Rule, Trigger } from "../../../catalog/triggers.ts";
import { path, quoted } from "../../../catalog/quote.ts";
import type { EntriesByName, PolicyEntry, TriggerEntry } from "../../spec/spec.ts";
import type { AuditInput } from "../rule.ts";
import type { SectionPlace } from "./constraints.ts";
import { comment } from "./comments-and-grants.ts";
import { isOtherMajor } from "./database.ts";
import { listed, NONE, orNone, sameText, expectedOrNone, yesNo, type Property, type Section } from "./compare-section.ts";

/** The table or view that a section belongs to. */
interface Relation {
  readonly schema: string;
  readonly name: string;
}

const onRelation =
  (kind: string) =>
  ({ name, schema, table }: Trigger | Rule | Policy): readonly string[] => [`${kind} ${quoted(name)} on ${path(schema, table)}`];

const fires: Property<TriggerEntry, Trigger | Rule> = {
  name: "fires",
  expected: (entry) => entry.fires,
  actual: (trigger) => trigger.fires,
  defaultText: "origin",
};

const definition: Property<TriggerEntry, Trigger | Rule> = {
  name: "definition",
  expected: (entry) => entry.definition,
  actual: (trigger) => trigger.definition,
  same: sameText,
};

export function triggerSection(
  input: AuditInput,
  place: SectionPlace,
  entries: EntriesByName<TriggerEntry> | undefined,
  { schema, name }: Relation,
): Section<TriggerEntry, Trigger> {
  return {
    ...place,
    kind: "trigger",
    entries,
    objects: input.onTable("triggers", schema, name),
    properties: [definition, fires, comment(input, onRelation("trigger"))],
    describe: (trigger) => trigger.definition,
  };
}

/** Rewrite rules. Like those of views, their definitions look different in each major version. */
export function ruleSection(
  input: AuditInput,
  place: SectionPlace,
  entries: EntriesByName<TriggerEntry> | undefined,
  { schema, name }: Relation,
): Section<TriggerEntry, Rule> {
  return {
    ...place,
    kind: "rule",
    entries,
    objects: input.onTable("rules", schema, name),
    properties: [...(isOtherMajor(input) ? [] : [definition]), fires, comment(input, onRelation("rule"))],
    describe: (entry) => entry.definition,
  };
}

const policyProperties: readonly Property<PolicyEntry, Policy>[] = [
  { name: "command", expected: (entry) => entry.command, actual: (policy) => policy.command, defaultText: "all" },
  {
    name: "permissive",
    expected: (entry) => yesNo(entry.permissive),
    actual: (policy) => (policy.permissive ? "yes" : "no"),
    defaultText: "yes",
  },
  {
    name: "roles",
    expected: (entry) => listed(entry.roles?.toSorted()),
    actual: (policy) => listed(policy.roles) ?? NONE,
    defaultText: "public",
  },
  {
    name: "using",
    expected: (entry) => expectedOrNone(entry.using),
    actual: (policy) => orNone(policy.using),
    defaultText: NONE,
    same: sameText,
  },
  {
    name: "check",
    expected: (entry) => expectedOrNone(entry.check),
    actual: (policy) => orNone(policy.check),
    defaultText: NONE,
    same: sameText,
  },
];

export function policySection(
  input: AuditInput,
  place: SectionPlace,
  entries: EntriesByName<PolicyEntry> | undefined,
  { schema, name }: Relation,
): Section<PolicyEntry, Policy> {
  return {
    ...place,
    kind: "policy",
    entries,
    objects: input.onTable("policies", schema, name),
    properties: [...policyProperties, comment(input, onRelation("policy"))],
  };
}
