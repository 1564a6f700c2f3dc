import type { View } from "../catalog/relations.ts";
import { path } from "../quote.ts";
import type { SchemaRule, ViewRule } from "../spec/spec.ts";
import { finding, type Check, type Subject } from "./check.ts";
import { indexSection } from "./indexes.ts";
import { inEachSchema } from "./schemas.ts";
import { compareSection, listed, NONE, sameText, type Property } from "./section.ts";

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
  return compareSection<ViewRule, View>({
    ...place,
    kind: materialized ? "materialized view" : "view",
    rules: materialized ? rule.materializedViews : rule.views,
    objects: subject.inSchema("views", schema).filter((view) => view.materialized === materialized),
    properties: isOtherMajor(subject) ? [options] : [definition, options],
    describe: (view) => view.definition.trim(),
    inside: (viewRule, view) =>
      viewRule.bare || !materialized
        ? []
        : compareSection(
            indexSection({ ...place, owner: viewRule }, viewRule.indexes, subject.onTable("indexes", schema, view.name), rule.indexes),
          ),
  });
}

/** Postgres 16 and later leave out table names where 15 wrote them: such texts can't be compared across major versions. */
function isOtherMajor({ spec, catalog }: Subject): boolean {
  return spec?.postgres !== undefined && spec.postgres !== catalog.server.major;
}

/** Says that views were not compared by their texts. */
export const major: Check = (subject) =>
  isOtherMajor(subject)
    ? [
        finding(
          "postgres-different",
          { kind: "database", name: subject.catalog.server.database },
          { expected: String(subject.spec?.postgres), actual: String(subject.catalog.server.major) },
        ),
      ]
    : [];
