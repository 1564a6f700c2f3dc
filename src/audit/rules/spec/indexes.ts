import type { Index } from "../../../catalog/indexes.ts";
import { path, quoted } from "../../../catalog/quote.ts";
import type { IndexEntry, EntriesByName } from "../../spec/spec.ts";
import type { AuditInput, AuditRule } from "../rule.ts";
import type { SectionPlace } from "./constraints.ts";
import { comment, identified } from "./comments-and-grants.ts";
import { inEachSchema } from "./schemas.ts";
import {
  compareSection,
  covers,
  listed,
  NONE,
  orNone,
  sameText,
  expectedOrNone,
  yesNo,
  type Property,
  type Section,
} from "./compare-section.ts";

/** Quotes names as the catalog does. Expressions are not changed. */
const keys = (list: readonly string[] | undefined): string | undefined =>
  listed(list?.map((key) => (/^[\w$ ]+$/.test(key) ? quoted(key) : key)));

const sameExpression = (expected: string, actual: string): boolean =>
  sameText(expected, actual) || sameText(`(${expected})`, actual) || sameText(expected, `(${actual})`);

const properties = (input: AuditInput): readonly Property<IndexEntry, Index>[] => [
  { name: "definition", expected: (entry) => entry.definition, actual: (index) => index.definition, same: sameText },
  { name: "columns", expected: (entry) => keys(entry.columns), actual: (index) => listed(index.keys) ?? NONE },
  { name: "included columns", expected: (entry) => keys(entry.include), actual: (index) => listed(index.include) ?? NONE },
  { name: "unique", expected: (entry) => yesNo(entry.unique), actual: (index) => (index.unique === true ? "yes" : "no") },
  { name: "method", expected: (entry) => entry.method, actual: (index) => index.method },
  {
    name: "condition",
    expected: (entry) => expectedOrNone(entry.where),
    actual: (index) => orNone(index.predicate),
    same: sameExpression,
  },
  comment(input, identified("index")),
];

/** The indexes of a table. `elsewhere`: the indexes that the spec lists for the whole schema. */
export function indexSection(
  input: AuditInput,
  place: SectionPlace,
  entries: EntriesByName<IndexEntry> | undefined,
  { schema, name }: { readonly schema: string; readonly name: string },
  elsewhere?: EntriesByName<IndexEntry>,
): Section<IndexEntry, Index> {
  return {
    ...place,
    kind: "index",
    entries,
    objects: input.onTable("indexes", schema, name),
    properties: properties(input),
    isPart: (index) => index.constraint !== undefined || index.parent !== undefined || covers(elsewhere, index.name),
    describe: (index) => index.definition,
  };
}

/** The indexes that the spec lists for a schema, on any table. */
export const indexes: AuditRule = (input) =>
  inEachSchema(input, (schema, entry, file) => {
    if (entry.indexes === undefined) return [];
    const objects = input.inSchema("indexes", schema);
    const place = { kind: "index", file, within: path(schema), mode: "at least", owner: entry } as const;
    return compareSection({ ...place, entries: entry.indexes, objects, properties: properties(input) });
  });
