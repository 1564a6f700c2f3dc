import * as z from "zod";
import { CODES } from "../codes.ts";
import type { AuditCode } from "../facts.ts";
import { strict } from "../../schema-problems.ts";
import { NAMED_KINDS, type NamedKind } from "./entry.ts";
import {
  words,
  list,
  reported,
  granted,
  named,
  mode,
  constraint,
  index,
  table,
  view,
  routine,
  sequence,
  enumeration,
  domain,
  composite,
  range,
  extension,
  publication,
  eventTrigger,
} from "./object-schemas.ts";

const name = z.union([words, strict({ ...reported, like: words })]);
const schema = strict({
  ...granted,
  mode: mode.optional(),
  tables: named(table).optional(),
  views: named(view).optional(),
  materializedViews: named(view).optional(),
  functions: named(routine).optional(),
  indexes: named(index).optional(),
  sequences: named(sequence).optional(),
  enums: named(enumeration).optional(),
  domains: named(domain).optional(),
  composites: named(composite).optional(),
  ranges: named(range).optional(),
  statistics: named(constraint).optional(),
  naming: strict(
    Object.fromEntries(NAMED_KINDS.map((kind) => [kind, name.optional()])) as Record<NamedKind, z.ZodOptional<typeof name>>,
  ).optional(),
});
const migration = strict({
  ...reported,
  column: words,
  equals: list.optional(),
  contains: list.optional(),
  heads: z.literal(true).optional(),
});
const ignore = strict({
  code: z.enum(Object.keys(CODES) as [AuditCode, ...AuditCode[]]).optional(),
  object: words,
  reason: words,
  until: words.optional(),
});

/** The content of a spec file. `buildSpec` makes a `Spec` from it. */
export const specFileSchema = strict({
  version: z.literal([1, "1"]),
  postgres: z.union([z.number(), words]).optional(),
  extensions: named(extension).optional(),
  publications: named(publication).optional(),
  eventTriggers: named(eventTrigger).optional(),
  migrations: z
    .union([z.literal("heads"), z.object({ heads: z.union([z.literal(true), strict(reported)]).optional() }).catchall(migration)])
    .optional(),
  schemas: named(schema).optional(),
  ignore: z.array(ignore).optional(),
});

export type SpecFile = z.infer<typeof specFileSchema>;
export type SchemaValue = z.infer<typeof schema>;
export type MigrationValue = z.infer<typeof migration>;
export type IgnoreValue = z.infer<typeof ignore>;

/** The JSON Schema of the spec file, for editors. The package contains it as `schema/schema.audit.schema.json`. */
export function specJsonSchema(): Record<string, unknown> {
  return {
    title: "schema.audit.yaml",
    description: "The schema that a database must have, for `offshoot audit`.",
    ...z.toJSONSchema(specFileSchema, { io: "input", reused: "ref" }),
  };
}
