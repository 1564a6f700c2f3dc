import type { AuditFinding } from "../../finding.ts";
import type { Column } from "../../../catalog/columns.ts";
import type { Table } from "../../../catalog/relations.ts";
import { path, quoted } from "../../../catalog/quote.ts";
import { sameType } from "../../spec/datatype.ts";
import type { ColumnEntry, SchemaEntry, TableEntry } from "../../spec/spec.ts";
import type { AuditInput, AuditRule } from "../rule.ts";
import { constraintSection } from "./constraints.ts";
import { indexSection } from "./indexes.ts";
import { comment, grants, identified } from "./comments-and-grants.ts";
import { inEachSchema } from "./schemas.ts";
import { compareSection, listed, NONE, orNone, sameText, expectedOrNone, yesNo, type Property } from "./compare-section.ts";
import { policySection, ruleSection, triggerSection } from "./triggers.ts";

const properties: readonly Property<TableEntry, Table>[] = [
  { name: "kind", expected: (entry) => entry.kind, actual: (table) => table.kind },
  { name: "persistence", expected: (entry) => entry.persistence, actual: (table) => table.persistence, defaultText: "permanent" },
  { name: "row security", expected: (entry) => entry.rowSecurity, actual: (table) => table.rowSecurity, defaultText: "off" },
  {
    name: "partition key",
    expected: (entry) => expectedOrNone(entry.partitionBy),
    actual: (table) => orNone(table.partitionKey),
    defaultText: NONE,
  },
  { name: "parents", expected: (entry) => listed(entry.inherits), actual: (table) => listed(table.inherits) ?? NONE, defaultText: NONE },
  { name: "bound", expected: (entry) => expectedOrNone(entry.bound), actual: (table) => orNone(table.partitionBound), defaultText: NONE },
];

/** Tables with their columns, constraints, indexes, triggers, policies and rules. */
export const tables: AuditRule = (input) =>
  inEachSchema(input, (schema, entry, file) =>
    compareSection<TableEntry, Table>({
      kind: "table",
      file,
      within: path(schema),
      mode: entry.mode,
      owner: entry,
      entries: entry.tables,
      objects: input.inSchema("tables", schema),
      properties: [...properties, comment(input, identified("table", "foreign table")), grants(input, "relation")],
      inside: (tableEntry, table) => (tableEntry.nameOnly ? [] : inside(input, { schema, schemaEntry: entry, tableEntry, table, file })),
    }),
  );

/** A table of the spec and the same table of the database. */
export interface TablePair {
  readonly schema: string;
  readonly schemaEntry: SchemaEntry;
  readonly tableEntry: TableEntry;
  readonly table: Table;
  readonly file: string;
}

function inside(input: AuditInput, pair: TablePair): readonly AuditFinding[] {
  const { schema, schemaEntry, tableEntry, table, file } = pair;
  const place = {
    file,
    within: path(schema, table.name),
    mode: tableEntry.mode ?? (tableEntry.pattern === true ? "at least" : schemaEntry.mode),
    owner: tableEntry,
  };
  return [
    ...compareSection<ColumnEntry, Column>({
      ...place,
      kind: "column",
      entries: tableEntry.columns,
      objects: table.columns,
      properties: [...columnProperties(schema), ...commentAndGrantsOf(input, table)],
      isPart: (column) => column.inherited === true,
      describe: (column) => column.type,
    }),
    ...compareSection(constraintSection(input, place, tableEntry.constraints, table, "table")),
    ...compareSection(indexSection(input, { ...place, within: path(schema) }, tableEntry.indexes, table, schemaEntry.indexes)),
    ...compareSection(triggerSection(input, place, tableEntry.triggers, table)),
    ...compareSection(policySection(input, place, tableEntry.policies, table)),
    ...compareSection(ruleSection(input, place, tableEntry.rules, table)),
  ];
}

function columnProperties(schema: string): readonly Property<ColumnEntry, Column>[] {
  return [
    {
      name: "type",
      expected: (entry) => entry.type,
      actual: (column) => column.type,
      same: (expected, actual) => sameType(expected, actual, schema),
    },
    {
      name: "nullable",
      expected: (entry) => yesNo(entry.nullable),
      actual: (column) => (column.nullable ? "yes" : "no"),
      defaultText: "yes",
    },
    {
      name: "default",
      expected: (entry) => expectedOrNone(entry.default),
      actual: (column) => orNone(column.default),
      defaultText: NONE,
      same: sameDefault,
    },
    {
      name: "identity",
      expected: (entry) => expectedOrNone(entry.identity),
      actual: (column) => orNone(column.identity),
      defaultText: NONE,
    },
    {
      name: "generated",
      expected: (entry) => expectedOrNone(entry.generated),
      actual: (column) => orNone(column.generated),
      defaultText: NONE,
      same: sameText,
    },
    {
      name: "collation",
      expected: (entry) => expectedOrNone(entry.collation),
      actual: (column) => orNone(column.collation),
      defaultText: NONE,
    },
  ];
}

/** Comments and rights of columns. */
function commentAndGrantsOf(input: AuditInput, table: Table): readonly Property<ColumnEntry, Column>[] {
  const idOf = ({ name }: Column): string => `${table.id}.${quoted(name)}`;
  const [text, rights] = [comment<{ id: string }>(input, identified("table column", "foreign table column")), grants(input, "column")];
  return [
    { ...text, actual: (column) => text.actual({ id: idOf(column) }) },
    { ...rights, actual: (column) => rights.actual({ id: idOf(column) }) },
  ];
}

/** Whether two defaults are equal. Postgres adds a cast to a literal, as in `'new'::text`; the spec can leave it out. */
export function sameDefault(expected: string, actual: string): boolean {
  if (sameText(expected, actual)) return true;
  const cast = /^('(?:[^']|'')*')::["a-z].*$/is.exec(actual);
  const literal = expected.trim();
  return cast !== null && (literal === cast[1] || (/^-[\d.]+$/.test(literal) && `'${literal}'` === cast[1]));
}
