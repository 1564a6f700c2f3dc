import type { View } from "../../catalog/relations.ts";
import { path } from "../../catalog/quote.ts";
import type { SchemaRule, ViewRule } from "../spec/spec.ts";
import type { Check, Subject } from "./rule.ts";
import { indexSection } from "./indexes.ts";
import { comment, grants, identified } from "./known.ts";
import { isOtherMajor } from "./major.ts";
import { inEachSchema } from "./schemas.ts";
import { compareSection, listed, NONE, sameText, type Property } from "./section.ts";
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

export const views: Check = (subject) =>
  inEachSchema(subject, (schema, rule, file) => [
    ...compareViews(subject, { schema, rule, file, materialized: false }),
    ...compareViews(subject, { schema, rule, file, materialized: true }),
  ]);

interface Place {
  readonly schema: string;
  readonly rule: SchemaRule;
  readonly file: string;
  readonly materialized: boolean;
}

function compareViews(subject: Subject, { schema, rule, file, materialized }: Place): ReturnType<Check> {
  const place = { file, within: path(schema), mode: rule.mode, owner: rule };
  const kind = materialized ? "materialized view" : "view";
  return compareSection<ViewRule, View>({
    ...place,
    kind,
    rules: materialized ? rule.materializedViews : rule.views,
    objects: subject.inSchema("views", schema).filter((view) => view.materialized === materialized),
    properties: [...(isOtherMajor(subject) ? [] : [definition]), options, comment(subject, identified(kind)), grants(subject, "relation")],
    describe: (view) => view.definition.trim(),
    inside: (viewRule, view) => (viewRule.bare ? [] : inside(subject, { schema, rule, file, viewRule, view })),
  });
}

interface ViewPair extends Omit<Place, "materialized"> {
  readonly viewRule: ViewRule;
  readonly view: View;
}

function inside(subject: Subject, { schema, rule, file, viewRule, view }: ViewPair): ReturnType<Check> {
  const mode = viewRule.pattern === true ? ("at least" as const) : rule.mode;
  const place = { file, within: path(schema, view.name), mode, owner: viewRule };
  return [
    ...compareSection(indexSection(subject, { ...place, within: path(schema) }, viewRule.indexes, view, rule.indexes)),
    ...compareSection(triggerSection(subject, place, viewRule.triggers, view)),
    ...compareSection(ruleSection(subject, place, viewRule.rules, view)),
  ];
}
