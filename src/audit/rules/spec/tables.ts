import type { AuditFinding } from "../../finding.ts";
import type { Column } from "../../../catalog/columns.ts";
import type { Table } from "../../../catalog/relations.ts";
import { path, quoted } from "../../../catalog/quote.ts";
import { sameType } from "../../spec/datatype.ts";
import type { ColumnRule, SchemaRule, TableRule } from "../../spec/spec.ts";
import type { AuditInput, AuditRule } from "../rule.ts";
import { constraintSection } from "./constraints.ts";
import { indexSection } from "./indexes.ts";
import { comment, grants, identified } from "./comments-and-grants.ts";
import { inEachSchema } from "./schemas.ts";
import { compareSection, listed, NONE, orNone, sameText, expectedOrNone, yesNo, type Property } from "./compare-section.ts";
import { policySection, ruleSection, triggerSection } from "./triggers.ts";

const properties: readonly Property<TableRule, Table>[] = [
  { name: "kind", wanted: (rule) => rule.kind, actual: (table) => table.kind },
  { name: "persistence", wanted: (rule) => rule.persistence, actual: (table) => table.persistence, plain: "permanent" },
  { name: "row security", wanted: (rule) => rule.rowSecurity, actual: (table) => table.rowSecurity, plain: "off" },
  { name: "partition key", wanted: (rule) => expectedOrNone(rule.partitionBy), actual: (table) => orNone(table.partitionKey), plain: NONE },
  { name: "parents", wanted: (rule) => listed(rule.inherits), actual: (table) => listed(table.inherits) ?? NONE, plain: NONE },
  { name: "bound", wanted: (rule) => expectedOrNone(rule.bound), actual: (table) => orNone(table.partitionBound), plain: NONE },
];

/** Tables with their columns, constraints, indexes, triggers, policies and rules. */
export const tables: AuditRule = (input) =>
  inEachSchema(input, (schema, rule, file) =>
    compareSection<TableRule, Table>({
      kind: "table",
      file,
      within: path(schema),
      mode: rule.mode,
      owner: rule,
      rules: rule.tables,
      objects: input.inSchema("tables", schema),
      properties: [...properties, comment(input, identified("table", "foreign table")), grants(input, "relation")],
      inside: (tableRule, table) => (tableRule.bare ? [] : inside(input, { schema, schemaRule: rule, tableRule, table, file })),
    }),
  );

/** A table of the spec and the same table of the database. */
export interface TablePair {
  readonly schema: string;
  readonly schemaRule: SchemaRule;
  readonly tableRule: TableRule;
  readonly table: Table;
  readonly file: string;
}

function inside(input: AuditInput, pair: TablePair): readonly AuditFinding[] {
  const { schema, schemaRule, tableRule, table, file } = pair;
  const place = {
    file,
    within: path(schema, table.name),
    mode: tableRule.mode ?? (tableRule.pattern === true ? "at least" : schemaRule.mode),
    owner: tableRule,
  };
  return [
    ...compareSection<ColumnRule, Column>({
      ...place,
      kind: "column",
      rules: tableRule.columns,
      objects: table.columns,
      properties: [...columnProperties(schema), ...commentAndGrantsOf(input, table)],
      isPart: (column) => column.inherited === true,
      describe: (column) => column.type,
    }),
    ...compareSection(constraintSection(input, place, tableRule.constraints, table, "table")),
    ...compareSection(indexSection(input, { ...place, within: path(schema) }, tableRule.indexes, table, schemaRule.indexes)),
    ...compareSection(triggerSection(input, place, tableRule.triggers, table)),
    ...compareSection(policySection(input, place, tableRule.policies, table)),
    ...compareSection(ruleSection(input, place, tableRule.rules, table)),
  ];
}

function columnProperties(schema: string): readonly Property<ColumnRule, Column>[] {
  return [
    {
      name: "type",
      wanted: (rule) => rule.type,
      actual: (column) => column.type,
      same: (wanted, actual) => sameType(wanted, actual, schema),
    },
    { name: "nullable", wanted: (rule) => yesNo(rule.nullable), actual: (column) => (column.nullable ? "yes" : "no"), plain: "yes" },
    {
      name: "default",
      wanted: (rule) => expectedOrNone(rule.default),
      actual: (column) => orNone(column.default),
      plain: NONE,
      same: sameDefault,
    },
    { name: "identity", wanted: (rule) => expectedOrNone(rule.identity), actual: (column) => orNone(column.identity), plain: NONE },
    {
      name: "generated",
      wanted: (rule) => expectedOrNone(rule.generated),
      actual: (column) => orNone(column.generated),
      plain: NONE,
      same: sameText,
    },
    { name: "collation", wanted: (rule) => expectedOrNone(rule.collation), actual: (column) => orNone(column.collation), plain: NONE },
  ];
}

/** Comments and rights of columns. */
function commentAndGrantsOf(input: AuditInput, table: Table): readonly Property<ColumnRule, Column>[] {
  const idOf = ({ name }: Column): string => `${table.id}.${quoted(name)}`;
  const [text, rights] = [comment<{ id: string }>(input, identified("table column", "foreign table column")), grants(input, "column")];
  return [
    { ...text, actual: (column) => text.actual({ id: idOf(column) }) },
    { ...rights, actual: (column) => rights.actual({ id: idOf(column) }) },
  ];
}

/** Whether two defaults are equal. Postgres adds a cast to a literal, as in `'new'::text`; the spec can leave it out. */
export function sameDefault(wanted: string, actual: string): boolean {
  if (sameText(wanted, actual)) return true;
  const cast = /^('(?:[^']|'')*')::["a-z].*$/is.exec(actual);
  const literal = wanted.trim();
  return cast !== null && (literal === cast[1] || (/^-[\d.]+$/.test(literal) && `'${literal}'` === cast[1]));
}
