import { z } from "zod";
import { CODES } from "../codes.ts";
import type { AuditCode } from "../facts.ts";
import { SEVERITIES, type Severity } from "../../findings/finding.ts";
import { nearest } from "../../nearest.ts";
import { NAMED_KINDS, type NamedKind } from "./naming.ts";

/** A mapping that refuses unknown keys and names the nearest known one. */
function strict<S extends z.core.$ZodLooseShape>(shape: S) {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== "unrecognized_keys") return undefined;
      return issue.keys
        .map((key) => {
          const known = nearest(key, Object.keys(shape));
          return `unknown key "${key}"${known === undefined ? `; known are ${Object.keys(shape).join(", ")}` : `; did you mean "${known}"?`}`;
        })
        .join("\n");
    },
  });
}

/** The privileges of Postgres; with a star they may be passed on (PostgreSQL documentation, table 5.1). */
const RIGHTS = ["select", "insert", "update", "delete", "truncate", "references", "trigger", "maintain", "usage", "create", "execute"];

const oneOf = <const T extends readonly string[]>(...values: T) => z.enum(values);
const words = z.string().regex(/\S/, "must not be empty");
const text = z.union([words, z.number(), z.boolean()]);
const none = z.null();
const list = z.array(text);
const judged = { reason: words.optional(), severity: z.enum(SEVERITIES as [Severity, ...Severity[]]).optional() };
const said = { absent: z.literal(true).optional(), required: z.literal(true).optional(), ...judged };
const described = { ...said, comment: z.union([none, words]).optional() };
const granted = { ...described, grants: z.record(words, z.array(z.enum(RIGHTS.flatMap((right) => [right, `${right}*`])))).optional() };

/** A section: names alone, or names with what is said about each. */
const named = <E extends z.ZodType>(entry: E) => z.union([z.array(words), z.record(words, z.union([none, entry]))]);

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
const constraint = z.union([words, strict({ ...described, ...definition })]);
const trigger = z.union([
  words,
  strict({ ...described, ...definition, fires: oneOf("origin", "replica", "always", "disabled").optional() }),
]);
const index = z.union([
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
const mode = oneOf("at least", "exactly");
const table = strict({
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
const view = z.union([
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
const routine = z.union([
  z.array(overload),
  strict({ ...said, overloads: z.array(overload).optional(), each: strict(properties).optional() }),
]);
const sequence = strict({
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
/** A label may be empty. */
const labels = z.array(z.union([z.string(), z.number(), z.boolean()]));
const enumeration = z.union([labels, strict({ ...granted, labels: labels.optional() })]);
const domain = z.union([
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
const composite = strict({ ...granted, attributes: z.record(words, words).optional() });
const range = z.union([words, strict({ ...granted, subtype: words.optional() })]);
const extension = z.union([text, strict({ ...said, version: text.optional(), schema: words.optional() })]);
const publication = strict({
  ...described,
  allTables: z.boolean().optional(),
  tables: z.array(words).optional(),
  schemas: z.array(words).optional(),
  operations: z.array(oneOf("insert", "update", "delete", "truncate")).optional(),
  viaRoot: z.boolean().optional(),
});
const eventTrigger = strict({
  ...described,
  event: words.optional(),
  function: words.optional(),
  fires: oneOf("origin", "replica", "always", "disabled").optional(),
  tags: z.array(words).optional(),
});
const name = z.union([words, strict({ ...judged, like: words })]);
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
  ...judged,
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

/** The spec file as it is written. What it means is in `spec.ts`. */
export const specFileSchema = strict({
  version: z.literal([1, "1"]),
  postgres: z.union([z.number(), words]).optional(),
  extensions: named(extension).optional(),
  publications: named(publication).optional(),
  eventTriggers: named(eventTrigger).optional(),
  migrations: z
    .union([z.literal("heads"), z.object({ heads: z.union([z.literal(true), strict(judged)]).optional() }).catchall(migration)])
    .optional(),
  schemas: named(schema).optional(),
  ignore: z.array(ignore).optional(),
});

export type SpecFile = z.infer<typeof specFileSchema>;
