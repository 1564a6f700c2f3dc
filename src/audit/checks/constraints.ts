import type { Constraint } from "../catalog/constraints.ts";
import type { DefinitionRule, Named } from "../spec/spec.ts";
import { sameText, type Property, type Section } from "./section.ts";

const properties: readonly Property<DefinitionRule, Constraint>[] = [
  { name: "definition", wanted: (rule) => rule.definition, actual: (constraint) => constraint.definition, same: sameText },
];

/** Where a section stands: shared by those of one table. */
export type SectionPlace = Pick<Section<DefinitionRule, Constraint>, "file" | "within" | "mode" | "owner">;

/** The constraints of a table or a domain. */
export function constraintSection(
  place: SectionPlace,
  rules: Named<DefinitionRule> | undefined,
  objects: readonly Constraint[],
  of: Constraint["of"],
): Section<DefinitionRule, Constraint> {
  return {
    ...place,
    kind: "constraint",
    rules,
    objects: objects.filter((constraint) => constraint.of === of),
    properties,
    isPart: (constraint) => constraint.inherited === true,
    describe: (constraint) => constraint.definition,
  };
}
