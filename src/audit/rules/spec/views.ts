import type { AuditFinding } from "../../finding.ts";
import type { View } from "../../../catalog/relations.ts";
import { path } from "../../../catalog/quote.ts";
import type { SchemaRule, ViewRule } from "../../spec/spec.ts";
import type { AuditInput, AuditRule } from "../rule.ts";
import { indexSection } from "./indexes.ts";
import { comment, grants, identified } from "./comments-and-grants.ts";
import { isOtherMajor } from "./database.ts";
import { inEachSchema } from "./schemas.ts";
import { compareSection, listed, NONE, sameText, type Property } from "./compare-section.ts";
import { ruleSection, triggerSection } from "./triggers.ts";

const options: Property<ViewRule, View> = {
  name: "options",
  wanted: (rule) => listed(rule.options?.toSorted()),
  actual: (view) => listed(view.options?.toSorted()) ?? NONE,
  plain: NONE,
};
const definition: Property<ViewRule, View> = {
  name: "definition",
  wanted: (rule) => rule.definition,
  actual: (view) => view.definition,
  same: sameText,
};

export const views: AuditRule = (input) =>
  inEachSchema(input, (schema, rule, file) => [
    ...compareViews(input, { schema, rule, file, materialized: false }),
    ...compareViews(input, { schema, rule, file, materialized: true }),
  ]);

interface Place {
  readonly schema: string;
  readonly rule: SchemaRule;
  readonly file: string;
  readonly materialized: boolean;
}

function compareViews(input: AuditInput, { schema, rule, file, materialized }: Place): readonly AuditFinding[] {
  const place = { file, within: path(schema), mode: rule.mode, owner: rule };
  const kind = materialized ? "materialized view" : "view";
  return compareSection<ViewRule, View>({
    ...place,
    kind,
    rules: materialized ? rule.materializedViews : rule.views,
    objects: input.inSchema("views", schema).filter((view) => view.materialized === materialized),
    properties: [...(isOtherMajor(input) ? [] : [definition]), options, comment(input, identified(kind)), grants(input, "relation")],
    describe: (view) => view.definition.trim(),
    inside: (viewRule, view) => (viewRule.bare ? [] : inside(input, { schema, rule, file, viewRule, view })),
  });
}

interface ViewPair extends Omit<Place, "materialized"> {
  readonly viewRule: ViewRule;
  readonly view: View;
}

function inside(input: AuditInput, { schema, rule, file, viewRule, view }: ViewPair): readonly AuditFinding[] {
  const mode = viewRule.pattern === true ? ("at least" as const) : rule.mode;
  const place = { file, within: path(schema, view.name), mode, owner: viewRule };
  return [
    ...compareSection(indexSection(input, { ...place, within: path(schema) }, viewRule.indexes, view, rule.indexes)),
    ...compareSection(triggerSection(input, place, viewRule.triggers, view)),
    ...compareSection(ruleSection(input, place, viewRule.rules, view)),
  ];
}
