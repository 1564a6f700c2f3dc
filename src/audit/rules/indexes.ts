import type { Index } from "../../catalog/indexes.ts";
import { path, quoted } from "../../catalog/quote.ts";
import type { IndexRule, Named } from "../spec/spec.ts";
import type { Check, Subject } from "./rule.ts";
import type { SectionPlace } from "./constraints.ts";
import { comment, identified } from "./known.ts";
import { inEachSchema } from "./schemas.ts";
import { compareSection, covers, listed, NONE, orNone, sameText, saidOrNone, yesNo, type Property, type Section } from "./section.ts";

/** A name as the catalog writes it, or an expression, which is left alone. */
const keys = (list: readonly string[] | undefined): string | undefined =>
  listed(list?.map((key) => (/^[\w$ ]+$/.test(key) ? quoted(key) : key)));

const sameExpression = (wanted: string, actual: string): boolean =>
  sameText(wanted, actual) || sameText(`(${wanted})`, actual) || sameText(wanted, `(${actual})`);

const properties = (subject: Subject): readonly Property<IndexRule, Index>[] => [
  { name: "definition", wanted: (rule) => rule.definition, actual: (index) => index.definition, same: sameText },
  { name: "columns", wanted: (rule) => keys(rule.columns), actual: (index) => listed(index.keys) ?? NONE },
  { name: "included columns", wanted: (rule) => keys(rule.include), actual: (index) => listed(index.include) ?? NONE },
  { name: "unique", wanted: (rule) => yesNo(rule.unique), actual: (index) => (index.unique === true ? "yes" : "no") },
  { name: "method", wanted: (rule) => rule.method, actual: (index) => index.method },
  {
    name: "condition",
    wanted: (rule) => saidOrNone(rule.where),
    actual: (index) => orNone(index.predicate),
    same: sameExpression,
  },
  comment(subject, identified("index")),
];

/** The indexes of a table. Those of `elsewhere` are listed for the schema as a whole. */
export function indexSection(
  subject: Subject,
  place: SectionPlace,
  rules: Named<IndexRule> | undefined,
  { schema, name }: { readonly schema: string; readonly name: string },
  elsewhere?: Named<IndexRule>,
): Section<IndexRule, Index> {
  return {
    ...place,
    kind: "index",
    rules,
    objects: subject.onTable("indexes", schema, name),
    properties: properties(subject),
    isPart: (index) => index.constraint !== undefined || index.parent !== undefined || covers(elsewhere, index.name),
    describe: (index) => index.definition,
  };
}

/** Indexes that the spec lists for a schema, on whatever table. */
export const indexes: Check = (subject) =>
  inEachSchema(subject, (schema, rule, file) => {
    if (rule.indexes === undefined) return [];
    const objects = subject.inSchema("indexes", schema);
    const place = { kind: "index", file, within: path(schema), mode: "at least", owner: rule } as const;
    return compareSection({ ...place, rules: rule.indexes, objects, properties: properties(subject) });
  });
