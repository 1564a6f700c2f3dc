import * as z from "zod";
import { SEVERITIES, type Severity } from "../../findings/finding.ts";
import { strict } from "../../schema-problems.ts";

/** The privileges of Postgres (PostgreSQL documentation, table 5.1). A star after a privilege is the grant option. */
const RIGHTS = ["select", "insert", "update", "delete", "truncate", "references", "trigger", "maintain", "usage", "create", "execute"];

const oneOf = <const T extends readonly string[]>(...values: T) => z.enum(values);
export const words = z.string().regex(/\S/, "must not be empty");
export const text = z.union([words, z.number(), z.boolean()]);
const none = z.null();
export const list = z.array(text);
export const reported = { reason: words.optional(), severity: z.enum(SEVERITIES as [Severity, ...Severity[]]).optional() };
const anyEntry = { absent: z.literal(true).optional(), required: z.literal(true).optional(), ...reported };
const described = { ...anyEntry, comment: z.union([none, words]).optional() };
export const granted = {
  ...described,
  grants: z.record(words, z.array(z.enum(RIGHTS.flatMap((right) => [right, `${right}*`])))).optional(),
};

/** A section: a list of names, or a mapping from names to entries. */
export const named = <E extends z.ZodType>(entry: E) => z.union([z.array(words), z.record(words, z.union([none, entry]))]);

const column = z.union([
  words,
  strict({
    ...granted,
    type: words.optional(),
    nullable: z.boolean().optional(),
    default: z.union([none, text]).optional(),
    identity: z.union([none, oneOf("always", "by default")]).optional(),
    generated: z.union([none, words]).optional(),
    collation: z.union([none, words]).optional(),
  }),
]);
const definition = { definition: words.optional() };
export const constraint = z.union([words, strict({ ...described, ...definition })]);
const trigger = z.union([
  words,
  strict({ ...described, ...definition, fires: oneOf("origin", "replica", "always", "disabled").optional() }),
]);
export const index = z.union([
  words,
  strict({
    ...described,
    ...definition,
    columns: z.array(words).min(1, "must not be empty").optional(),
    include: z.array(words).optional(),
    unique: z.boolean().optional(),
    method: words.optional(),
    where: z.union([none, words]).optional(),
  }),
]);
const policy = strict({
  ...described,
  command: oneOf("all", "select", "insert", "update", "delete").optional(),
  permissive: z.boolean().optional(),
  roles: z.array(words).optional(),
  using: z.union([none, text]).optional(),
  check: z.union([none, text]).optional(),
});
export const mode = oneOf("at least", "exactly");
export const table = strict({
  ...granted,
  mode: mode.optional(),
  kind: oneOf("table", "partitioned table", "foreign table").optional(),
  persistence: oneOf("permanent", "unlogged").optional(),
  rowSecurity: oneOf("off", "on", "forced").optional(),
  partitionBy: z.union([none, words]).optional(),
  inherits: z.array(words).optional(),
  bound: z.union([none, words]).optional(),
  columns: named(column).optional(),
  constraints: named(constraint).optional(),
  indexes: named(index).optional(),
  triggers: named(trigger).optional(),
  policies: named(policy).optional(),
  rules: named(trigger).optional(),
});
export const view = z.union([
  words,
  strict({
    ...granted,
    ...definition,
    options: z.array(words).optional(),
    indexes: named(index).optional(),
    triggers: named(trigger).optional(),
    rules: named(trigger).optional(),
  }),
]);
const properties = {
  ...granted,
  returns: words.optional(),
  language: words.optional(),
  volatility: oneOf("immutable", "stable", "volatile").optional(),
  security: oneOf("invoker", "definer").optional(),
  strict: z.boolean().optional(),
  parallel: oneOf("unsafe", "restricted", "safe").optional(),
  settings: z.array(words).optional(),
  body: words.optional(),
};
const overload = z.union([words, strict({ args: z.string(), ...properties })]);
export const routine = z.union([
  z.array(overload),
  strict({ ...anyEntry, overloads: z.array(overload).optional(), each: strict(properties).optional() }),
]);
export const sequence = strict({
  ...granted,
  type: words.optional(),
  start: text.optional(),
  increment: text.optional(),
  min: text.optional(),
  max: text.optional(),
  cache: text.optional(),
  cycle: z.boolean().optional(),
  ownedBy: z.union([none, words]).optional(),
});
/** A label can be empty. */
const labels = z.array(z.union([z.string(), z.number(), z.boolean()]));
export const enumeration = z.union([labels, strict({ ...granted, labels: labels.optional() })]);
export const domain = z.union([
  words,
  strict({
    ...granted,
    type: words.optional(),
    nullable: z.boolean().optional(),
    default: z.union([none, text]).optional(),
    collation: z.union([none, words]).optional(),
    constraints: named(constraint).optional(),
  }),
]);
export const composite = strict({ ...granted, attributes: z.record(words, words).optional() });
export const range = z.union([words, strict({ ...granted, subtype: words.optional() })]);
export const extension = z.union([text, strict({ ...anyEntry, version: text.optional(), schema: words.optional() })]);
export const publication = strict({
  ...described,
  allTables: z.boolean().optional(),
  tables: z.array(words).optional(),
  schemas: z.array(words).optional(),
  operations: z.array(oneOf("insert", "update", "delete", "truncate")).optional(),
  viaRoot: z.boolean().optional(),
});
export const eventTrigger = strict({
  ...described,
  event: words.optional(),
  function: words.optional(),
  fires: oneOf("origin", "replica", "always", "disabled").optional(),
  tags: z.array(words).optional(),
});

/** The values of entries as they are in the file. */
export type ColumnValue = z.infer<typeof column>;
export type DefinitionValue = z.infer<typeof constraint>;
export type TriggerValue = z.infer<typeof trigger>;
export type IndexValue = z.infer<typeof index>;
export type PolicyValue = z.infer<typeof policy>;
export type TableValue = z.infer<typeof table>;
export type ViewValue = z.infer<typeof view>;
export type OverloadValue = z.infer<typeof overload>;
export type FunctionValue = z.infer<typeof routine>;
export type SequenceValue = z.infer<typeof sequence>;
export type EnumValue = z.infer<typeof enumeration>;
export type DomainValue = z.infer<typeof domain>;
export type CompositeValue = z.infer<typeof composite>;
export type RangeValue = z.infer<typeof range>;
export type ExtensionValue = z.infer<typeof extension>;
export type PublicationValue = z.infer<typeof publication>;
export type EventTriggerValue = z.infer<typeof eventTrigger>;
