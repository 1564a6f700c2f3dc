import type { Constraint } from "../../../catalog/constraints.ts";
import { path, quoted } from "../../../catalog/quote.ts";
import type { DefinitionRule, Named } from "../../spec/spec.ts";
import type { AuditInput } from "../rule.ts";
import { comment } from "./comments-and-grants.ts";
import { sameText, type Property, type Section } from "./compare-section.ts";

const properties = (input: AuditInput): readonly Property<DefinitionRule, Constraint>[] => [
  { name: "definition", wanted: (rule) => rule.definition, actual: (constraint) => constraint.definition, same: sameText },
  comment(input, ({ of, name, schema, table }) => [`${of} constraint ${quoted(name)} on ${path(schema, table)}`]),
];

/** The place of a section in the spec, which all sections of one table share. */
export type SectionPlace = Pick<Section<DefinitionRule, Constraint>, "file" | "within" | "mode" | "owner">;

/** The constraints of a table or a domain. */
export function constraintSection(
  input: AuditInput,
  place: SectionPlace,
  rules: Named<DefinitionRule> | undefined,
  { schema, name }: { readonly schema: string; readonly name: string },
  of: Constraint["of"],
): Section<DefinitionRule, Constraint> {
  return {
    ...place,
    kind: "constraint",
    rules,
    objects: input.onTable("constraints", schema, name).filter((constraint) => constraint.of === of),
    properties: properties(input),
    isPart: (constraint) => constraint.inherited === true,
    describe: (constraint) => constraint.definition,
  };
}
