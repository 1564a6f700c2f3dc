import type { ObjectKind } from "../../finding.ts";
import { quoted } from "../../../catalog/quote.ts";
import type { NamedKind } from "../../spec/entry.ts";
import { type AuditFinding, finding } from "../../finding.ts";
import type { AuditInput, AuditRule } from "../rule.ts";
import { inEachSchema } from "./schemas.ts";

interface NamedObject {
  readonly id: string;
  readonly name: string;
}

const OBJECTS: Readonly<Record<NamedKind, (input: AuditInput, schema: string) => readonly NamedObject[]>> = {
  tables: ({ inSchema }, schema) => inSchema("tables", schema),
  columns: ({ inSchema }, schema) =>
    inSchema("tables", schema).flatMap(({ id, columns }) =>
      columns.filter(({ inherited }) => inherited !== true).map(({ name }) => ({ id: `${id}.${quoted(name)}`, name })),
    ),
  constraints: ({ inSchema }, schema) => inSchema("constraints", schema).filter(({ inherited }) => inherited !== true),
  indexes: ({ inSchema }, schema) => inSchema("indexes", schema).filter(({ parent }) => parent === undefined),
  triggers: ({ inSchema }, schema) => inSchema("triggers", schema),
  policies: ({ inSchema }, schema) => inSchema("policies", schema),
  views: ({ inSchema }, schema) => inSchema("views", schema).filter(({ materialized }) => !materialized),
  materializedViews: ({ inSchema }, schema) => inSchema("views", schema).filter(({ materialized }) => materialized),
  functions: ({ inSchema }, schema) => inSchema("routines", schema),
  sequences: ({ inSchema }, schema) => inSchema("sequences", schema),
  enums: ({ inSchema }, schema) => inSchema("enums", schema),
  domains: ({ inSchema }, schema) => inSchema("domains", schema),
};

const KINDS: Readonly<Record<NamedKind, ObjectKind>> = {
  tables: "table",
  columns: "column",
  constraints: "constraint",
  indexes: "index",
  triggers: "trigger",
  policies: "policy",
  views: "view",
  materializedViews: "materialized view",
  functions: "function",
  sequences: "sequence",
  enums: "enum",
  domains: "domain",
};

/** Names that do not match the naming rules. Partitions are left out where they inherit the name from the parent. */
export const naming: AuditRule = (input) =>
  inEachSchema(input, (schema, { naming: entries }, file) =>
    [...(entries ?? [])].flatMap(([kind, entry]): readonly AuditFinding[] =>
      OBJECTS[kind](input, schema)
        .filter(({ name }) => !entry.expression.test(name))
        .map(({ id }) => finding("name-different", { kind: KINDS[kind], name: id }, { expected: entry.like }, { file, entry })),
    ),
  );
