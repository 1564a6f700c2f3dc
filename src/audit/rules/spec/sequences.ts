import type { Sequence } from "../../../catalog/sequences.ts";
import { path } from "../../../catalog/quote.ts";
import { sameType } from "../../spec/datatype.ts";
import type { SequenceRule } from "../../spec/spec.ts";
import type { AuditRule } from "../rule.ts";
import { comment, grants, identified } from "./comments-and-grants.ts";
import { inEachSchema } from "./schemas.ts";
import { compareSection, NONE, orNone, expectedOrNone, yesNo, type Property } from "./compare-section.ts";

const properties: readonly Property<SequenceRule, Sequence>[] = [
  {
    name: "type",
    wanted: (rule) => rule.type,
    actual: (sequence) => sequence.type,
    plain: "bigint",
    same: (wanted, actual) => sameType(wanted, actual, "pg_catalog"),
  },
  { name: "start", wanted: (rule) => rule.start, actual: (sequence) => sequence.start, plain: "1" },
  { name: "increment", wanted: (rule) => rule.increment, actual: (sequence) => sequence.increment, plain: "1" },
  { name: "minimum", wanted: (rule) => rule.min, actual: (sequence) => sequence.min, plain: "1" },
  { name: "maximum", wanted: (rule) => rule.max, actual: (sequence) => sequence.max, plain: (rule) => highest(rule.type) },
  { name: "cache", wanted: (rule) => rule.cache, actual: (sequence) => sequence.cache, plain: "1" },
  { name: "cycle", wanted: (rule) => yesNo(rule.cycle), actual: (sequence) => (sequence.cycle ? "yes" : "no"), plain: "no" },
  { name: "owner column", wanted: (rule) => expectedOrNone(rule.ownedBy), actual: (sequence) => orNone(sequence.ownedBy), plain: NONE },
];

/** The default maximum of a sequence of this type. */
export function highest(type = "bigint"): string {
  if (sameType(type, "smallint", "pg_catalog")) return "32767";
  return sameType(type, "integer", "pg_catalog") ? "2147483647" : "9223372036854775807";
}

/** Sequences. Those of identity columns are part of their column. */
export const sequences: AuditRule = (input) =>
  inEachSchema(input, (schema, rule, file) =>
    compareSection<SequenceRule, Sequence>({
      kind: "sequence",
      file,
      within: path(schema),
      mode: rule.mode,
      owner: rule,
      rules: rule.sequences,
      objects: input.inSchema("sequences", schema),
      properties: [...properties, comment(input, identified("sequence")), grants(input, "relation")],
      isPart: (sequence) => sequence.identity === true,
    }),
  );
