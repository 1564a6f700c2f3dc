import type { Statistics } from "../../catalog/operators.ts";
import { path } from "../../catalog/quote.ts";
import type { DefinitionRule } from "../spec/spec.ts";
import type { Check } from "./rule.ts";
import { comment, identified } from "./known.ts";
import { inEachSchema } from "./schemas.ts";
import { compareSection, sameText, type Property } from "./section.ts";

const definition: Property<DefinitionRule, Statistics> = {
  name: "definition",
  wanted: (rule) => rule.definition,
  actual: (statistics) => statistics.definition,
  same: sameText,
};

/** Extended statistics. */
export const statistics: Check = (subject) =>
  inEachSchema(subject, (schema, rule, file) =>
    compareSection<DefinitionRule, Statistics>({
      kind: "statistics",
      file,
      within: path(schema),
      mode: rule.mode,
      owner: rule,
      rules: rule.statistics,
      objects: subject.inSchema("statistics", schema),
      properties: [definition, comment(subject, identified("statistics object"))],
      describe: (object) => object.definition,
    }),
  );
