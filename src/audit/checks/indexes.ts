import type { Index } from "../catalog/indexes.ts";
import { path, quoted } from "../quote.ts";
import type { IndexRule, Named } from "../spec/spec.ts";
import type { Check } from "./check.ts";
import type { SectionPlace } from "./constraints.ts";
import { inEachSchema } from "./schemas.ts";
import { compareSection, listed, NONE, orNone, sameText, saidOrNone, yesNo, type Property, type Section } from "./section.ts";

/** A name as the catalog writes it, or an expression, which is left alone. */
const keys = (list: readonly string[] | undefined): string | undefined =>
  listed(list?.map((key) => (/^[\w$ ]+$/.test(key) ? quoted(key) : key)));

const sameExpression = (wanted: string, actual: string): boolean =>
  sameText(wanted, actual) || sameText(`(${wanted})`, actual) || sameText(wanted, `(${actual})`);

const properties: readonly Property<IndexRule, Index>[] = [
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
];

/** The indexes of a table. Those of `elsewhere` are listed for the schema as a whole. */
export function indexSection(
  place: SectionPlace,
  rules: Named<IndexRule> | undefined,
  objects: readonly Index[],
  elsewhere?: Named<IndexRule>,
): Section<IndexRule, Index> {
  return {
    ...place,
    kind: "index",
    rules,
    objects,
    properties,
    isPart: (index) => index.constraint !== undefined || index.parent !== undefined || elsewhere?.has(index.name) === true,
    describe: (index) => index.definition,
  };
}

/** Indexes that the spec lists for a schema, on whatever table. */
export const indexes: Check = (subject) =>
  inEachSchema(subject, (schema, rule, file) => {
    const place: SectionPlace = { file, within: path(schema), mode: "at least", owner: rule };
    return rule.indexes === undefined ? [] : compareSection(indexSection(place, rule.indexes, subject.inSchema("indexes", schema)));
  });
