import type { Constraint } from "../../../catalog/constraints.ts";
import { path, quoted } from "../../../catalog/quote.ts";
import type { DefinitionEntry, EntriesByName } from "../../spec/spec.ts";
import type { AuditInput } from "../rule.ts";
import { comment } from "./comments-and-grants.ts";
import { sameText, type Property, type Section } from "./compare-section.ts";

const properties = (input: AuditInput): readonly Property<DefinitionEntry, Constraint>[] => [
  { name: "definition", expected: (entry) => entry.definition, actual: (constraint) => constraint.definition, same: sameText },
  comment(input, ({ of, name, schema, table }) => [`${of} constraint ${quoted(name)} on ${path(schema, table)}`]),
];

/** The place of a section in the spec, which all sections of one table share. */
export type SectionPlace = Pick<Section<DefinitionEntry, Constraint>, "file" | "within" | "mode" | "owner">;

/** The constraints of a table or a domain. */
export function constraintSection(
  input: AuditInput,
  place: SectionPlace,
  entries: EntriesByName<DefinitionEntry> | undefined,
  { schema, name }: { readonly schema: string; readonly name: string },
  of: Constraint["of"],
): Section<DefinitionEntry, Constraint> {
  return {
    ...place,
    kind: "constraint",
    entries,
    objects: input.onTable("constraints", schema, name).filter((constraint) => constraint.of === of),
    properties: properties(input),
    isPart: (constraint) => constraint.inherited === true,
    describe: (constraint) => constraint.definition,
  };
}
