import type { Sequence } from "../../../catalog/sequences.ts";
import { path } from "../../../catalog/quote.ts";
import { sameType } from "../../spec/datatype.ts";
import type { SequenceEntry } from "../../spec/spec.ts";
import type { AuditRule } from "../rule.ts";
import { comment, grants, identified } from "./comments-and-grants.ts";
import { inEachSchema } from "./schemas.ts";
import { compareSection, NONE, orNone, expectedOrNone, yesNo, type Property } from "./compare-section.ts";

const properties: readonly Property<SequenceEntry, Sequence>[] = [
  {
    name: "type",
    expected: (entry) => entry.type,
    actual: (sequence) => sequence.type,
    defaultText: "bigint",
    same: (expected, actual) => sameType(expected, actual, "pg_catalog"),
  },
  { name: "start", expected: (entry) => entry.start, actual: (sequence) => sequence.start, defaultText: "1" },
  { name: "increment", expected: (entry) => entry.increment, actual: (sequence) => sequence.increment, defaultText: "1" },
  { name: "minimum", expected: (entry) => entry.min, actual: (sequence) => sequence.min, defaultText: "1" },
  { name: "maximum", expected: (entry) => entry.max, actual: (sequence) => sequence.max, defaultText: (entry) => highest(entry.type) },
  { name: "cache", expected: (entry) => entry.cache, actual: (sequence) => sequence.cache, defaultText: "1" },
  { name: "cycle", expected: (entry) => yesNo(entry.cycle), actual: (sequence) => (sequence.cycle ? "yes" : "no"), defaultText: "no" },
  {
    name: "owner column",
    expected: (entry) => expectedOrNone(entry.ownedBy),
    actual: (sequence) => orNone(sequence.ownedBy),
    defaultText: NONE,
  },
];

/** The default maximum of a sequence of this type. */
export function highest(type = "bigint"): string {
  if (sameType(type, "smallint", "pg_catalog")) return "32767";
  return sameType(type, "integer", "pg_catalog") ? "2147483647" : "9223372036854775807";
}

/** Sequences. Those of identity columns are part of their column. */
export const sequences: AuditRule = (input) =>
  inEachSchema(input, (schema, entry, file) =>
    compareSection<SequenceEntry, Sequence>({
      kind: "sequence",
      file,
      within: path(schema),
      mode: entry.mode,
      owner: entry,
      entries: entry.sequences,
      objects: input.inSchema("sequences", schema),
      properties: [...properties, comment(input, identified("sequence")), grants(input, "relation")],
      isPart: (sequence) => sequence.identity === true,
    }),
  );
