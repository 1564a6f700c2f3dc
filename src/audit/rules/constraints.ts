import type { Constraint } from "../../catalog/constraints.ts";
import { path, quoted } from "../../catalog/quote.ts";
import type { DefinitionRule, Named } from "../spec/spec.ts";
import type { Subject } from "./rule.ts";
import { comment } from "./known.ts";
import { sameText, type Property, type Section } from "./section.ts";

const properties = (subject: Subject): readonly Property<DefinitionRule, Constraint>[] => [
  { name: "definition", wanted: (rule) => rule.definition, actual: (constraint) => constraint.definition, same: sameText },
  comment(subject, ({ of, name, schema, table }) => [`${of} constraint ${quoted(name)} on ${path(schema, table)}`]),
];

/** Where a section stands: shared by those of one table. */
export type SectionPlace = Pick<Section<DefinitionRule, Constraint>, "file" | "within" | "mode" | "owner">;

/** The constraints of a table or a domain. */
export function constraintSection(
  subject: Subject,
  place: SectionPlace,
  rules: Named<DefinitionRule> | undefined,
  { schema, name }: { readonly schema: string; readonly name: string },
  of: Constraint["of"],
): Section<DefinitionRule, Constraint> {
  return {
    ...place,
    kind: "constraint",
    rules,
    objects: subject.onTable("constraints", schema, name).filter((constraint) => constraint.of === of),
    properties: properties(subject),
    isPart: (constraint) => constraint.inherited === true,
    describe: (constraint) => constraint.definition,
  };
}
