import type { Policy } from "../../../catalog/policies.ts";
import type { Rule, Trigger } from "../../../catalog/triggers.ts";
import { path, quoted } from "../../../catalog/quote.ts";
import type { Named, PolicyRule, TriggerRule } from "../../spec/spec.ts";
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

const fires: Property<TriggerRule, Trigger | Rule> = {
  name: "fires",
  wanted: (rule) => rule.fires,
  actual: (trigger) => trigger.fires,
  plain: "origin",
};

const definition: Property<TriggerRule, Trigger | Rule> = {
  name: "definition",
  wanted: (rule) => rule.definition,
  actual: (trigger) => trigger.definition,
  same: sameText,
};

export function triggerSection(
  input: AuditInput,
  place: SectionPlace,
  rules: Named<TriggerRule> | undefined,
  { schema, name }: Relation,
): Section<TriggerRule, Trigger> {
  return {
    ...place,
    kind: "trigger",
    rules,
    objects: input.onTable("triggers", schema, name),
    properties: [definition, fires, comment(input, onRelation("trigger"))],
    describe: (trigger) => trigger.definition,
  };
}

/** Rewrite rules. Like those of views, their definitions look different in each major version. */
export function ruleSection(
  input: AuditInput,
  place: SectionPlace,
  rules: Named<TriggerRule> | undefined,
  { schema, name }: Relation,
): Section<TriggerRule, Rule> {
  return {
    ...place,
    kind: "rule",
    rules,
    objects: input.onTable("rules", schema, name),
    properties: [...(isOtherMajor(input) ? [] : [definition]), fires, comment(input, onRelation("rule"))],
    describe: (rule) => rule.definition,
  };
}

const policyProperties: readonly Property<PolicyRule, Policy>[] = [
  { name: "command", wanted: (rule) => rule.command, actual: (policy) => policy.command, plain: "all" },
  { name: "permissive", wanted: (rule) => yesNo(rule.permissive), actual: (policy) => (policy.permissive ? "yes" : "no"), plain: "yes" },
  { name: "roles", wanted: (rule) => listed(rule.roles?.toSorted()), actual: (policy) => listed(policy.roles) ?? NONE, plain: "public" },
  { name: "using", wanted: (rule) => expectedOrNone(rule.using), actual: (policy) => orNone(policy.using), plain: NONE, same: sameText },
  { name: "check", wanted: (rule) => expectedOrNone(rule.check), actual: (policy) => orNone(policy.check), plain: NONE, same: sameText },
];

export function policySection(
  input: AuditInput,
  place: SectionPlace,
  rules: Named<PolicyRule> | undefined,
  { schema, name }: Relation,
): Section<PolicyRule, Policy> {
  return {
    ...place,
    kind: "policy",
    rules,
    objects: input.onTable("policies", schema, name),
    properties: [...policyProperties, comment(input, onRelation("policy"))],
  };
}
