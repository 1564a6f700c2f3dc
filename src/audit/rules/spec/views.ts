import type { AuditFinding } from "../../finding.ts";
import type { View } from "../../../catalog/relations.ts";
import { path } from "../../../catalog/quote.ts";
import type { SchemaEntry, ViewEntry } from "../../spec/spec.ts";
import type { AuditInput, AuditRule } from "../rule.ts";
import { indexSection } from "./indexes.ts";
import { comment, grants, identified } from "./comments-and-grants.ts";
import { isOtherMajor } from "./database.ts";
import { inEachSchema } from "./schemas.ts";
import { compareSection, listed, NONE, sameText, type Property } from "./compare-section.ts";
import { ruleSection, triggerSection } from "./triggers.ts";

const options: Property<ViewEntry, View> = {
  name: "options",
  expected: (entry) => listed(entry.options?.toSorted()),
  actual: (view) => listed(view.options?.toSorted()) ?? NONE,
  defaultText: NONE,
};
const definition: Property<ViewEntry, View> = {
  name: "definition",
  expected: (entry) => entry.definition,
  actual: (view) => view.definition,
  same: sameText,
};

export const views: AuditRule = (input) =>
  inEachSchema(input, (schema, entry, file) => [
    ...compareViews(input, { schema, entry, file, materialized: false }),
    ...compareViews(input, { schema, entry, file, materialized: true }),
  ]);

interface Place {
  readonly schema: string;
  readonly entry: SchemaEntry;
  readonly file: string;
  readonly materialized: boolean;
}

function compareViews(input: AuditInput, { schema, entry, file, materialized }: Place): readonly AuditFinding[] {
  const place = { file, within: path(schema), mode: entry.mode, owner: entry };
  const kind = materialized ? "materialized view" : "view";
  return compareSection<ViewEntry, View>({
    ...place,
    kind,
    entries: materialized ? entry.materializedViews : entry.views,
    objects: input.inSchema("views", schema).filter((view) => view.materialized === materialized),
    properties: [...(isOtherMajor(input) ? [] : [definition]), options, comment(input, identified(kind)), grants(input, "relation")],
    describe: (view) => view.definition.trim(),
    inside: (viewEntry, view) => (viewEntry.nameOnly ? [] : inside(input, { schema, entry, file, viewEntry, view })),
  });
}

interface ViewPair extends Omit<Place, "materialized"> {
  readonly viewEntry: ViewEntry;
  readonly view: View;
}

function inside(input: AuditInput, { schema, entry, file, viewEntry, view }: ViewPair): readonly AuditFinding[] {
  const mode = viewEntry.pattern === true ? ("at least" as const) : entry.mode;
  const place = { file, within: path(schema, view.name), mode, owner: viewEntry };
  return [
    ...compareSection(indexSection(input, { ...place, within: path(schema) }, viewEntry.indexes, view, entry.indexes)),
    ...compareSection(triggerSection(input, place, viewEntry.triggers, view)),
    ...compareSection(ruleSection(input, place, viewEntry.rules, view)),
  ];
}
