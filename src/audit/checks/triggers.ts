import type { Policy } from "../catalog/policies.ts";
import type { Trigger } from "../catalog/triggers.ts";
import type { Named, PolicyRule, TriggerRule } from "../spec/spec.ts";
import type { SectionPlace } from "./constraints.ts";
import { listed, NONE, orNone, sameText, saidOrNone, yesNo, type Property, type Section } from "./section.ts";

const triggerProperties: readonly Property<TriggerRule, Trigger>[] = [
  { name: "definition", wanted: (rule) => rule.definition, actual: (trigger) => trigger.definition, same: sameText },
  { name: "fires", wanted: (rule) => rule.fires, actual: (trigger) => trigger.fires, plain: "origin" },
];

export function triggerSection(
  place: SectionPlace,
  rules: Named<TriggerRule> | undefined,
  objects: readonly Trigger[],
): Section<TriggerRule, Trigger> {
  return { ...place, kind: "trigger", rules, objects, properties: triggerProperties, describe: (trigger) => trigger.definition };
}

const policyProperties: readonly Property<PolicyRule, Policy>[] = [
  { name: "command", wanted: (rule) => rule.command, actual: (policy) => policy.command, plain: "all" },
  { name: "permissive", wanted: (rule) => yesNo(rule.permissive), actual: (policy) => (policy.permissive ? "yes" : "no"), plain: "yes" },
  { name: "roles", wanted: (rule) => listed(rule.roles?.toSorted()), actual: (policy) => listed(policy.roles) ?? NONE, plain: "public" },
  { name: "using", wanted: (rule) => saidOrNone(rule.using), actual: (policy) => orNone(policy.using), plain: NONE, same: sameText },
  { name: "check", wanted: (rule) => saidOrNone(rule.check), actual: (policy) => orNone(policy.check), plain: NONE, same: sameText },
];

export function policySection(
  place: SectionPlace,
  rules: Named<PolicyRule> | undefined,
  objects: readonly Policy[],
): Section<PolicyRule, Policy> {
  return { ...place, kind: "policy", rules, objects, properties: policyProperties };
}
