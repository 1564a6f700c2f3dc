import type { Statistics } from "../../../catalog/operators.ts";
import { path } from "../../../catalog/quote.ts";
import type { DefinitionEntry } from "../../spec/spec.ts";
import type { AuditRule } from "../rule.ts";
import { comment, identified } from "./comments-and-grants.ts";
import { inEachSchema } from "./schemas.ts";
import { compareSection, sameText, type Property } from "./compare-section.ts";

const definition: Property<DefinitionEntry, Statistics> = {
  name: "definition",
  expected: (entry) => entry.definition,
  actual: (statistics) => statistics.definition,
  same: sameText,
};

/** Extended statistics. */
export const statistics: AuditRule = (input) =>
  inEachSchema(input, (schema, entry, file) =>
    compareSection<DefinitionEntry, Statistics>({
      kind: "statistics",
      file,
      within: path(schema),
      mode: entry.mode,
      owner: entry,
      entries: entry.statistics,
      objects: input.inSchema("statistics", schema),
      properties: [definition, comment(input, identified("statistics object"))],
      describe: (object) => object.definition,
    }),
  );
