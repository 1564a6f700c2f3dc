import type { Lookup } from "../../../catalog/lookup.ts";
import { quoted } from "../../../catalog/quote.ts";
import type { Table } from "../../../catalog/relations.ts";
import { compareText } from "../../../findings/order.ts";
import { type AuditFinding, finding, type ObjectKind, withSeverity } from "../../finding.ts";
import type { AuditRule } from "../rule.ts";

/**
 * Tables with row security but no policy, which hide every row, and tables with policies but no row security, which hide none.
 * Where no role but the owner has a right, nothing is hidden from anybody: such tables are one finding for each schema.
 */
export const rowSecurity: AuditRule = ({ catalog, onTable, rightsOn }) => {
  const denying = new Map<string, Table[]>();
  const findings = catalog.tables.flatMap((table) => {
    const { id, schema, name, rowSecurity: state } = table;
    const policies = onTable("policies", schema, name);
    const object = { kind: "table", name: id } as const;
    if (state === "off" && policies.length > 0) {
      return [finding("policies-without-row-security", object, { policies: policies.map((policy) => policy.name) })];
    }
    if (state === "off" || policies.length > 0) return [];
    const granted = grantees(table, rightsOn);
    if (granted.length > 0) return [finding("row-security-without-policies", object, { state, granted })];
    denying.set(schema, [...(denying.get(schema) ?? []), table]);
    return [];
  });
  return [...findings, ...[...denying].map(([schema, tables]) => denyAll(schema, tables))];
};

function denyAll(schema: string, tables: readonly Table[]): AuditFinding {
  const state = tables.some(({ rowSecurity: each }) => each === "forced") ? "forced" : "on";
  const facts = { state, tables: tables.map(({ id }) => id) } as const;
  return withSeverity("info", finding("row-security-without-policies", { kind: "schema", name: quoted(schema) }, facts));
}

/** The roles with a right on a table or one of its columns, as SQL writes them. A right is `role=SELECT`. */
function grantees({ id, columns }: Table, rightsOn: Lookup["rightsOn"]): readonly string[] {
  const rights = [...rightsOn("relation", id), ...columns.flatMap(({ name }) => rightsOn("column", `${id}.${quoted(name)}`))];
  const roles = new Set(rights.map((right) => right.slice(0, right.lastIndexOf("="))));
  return [...roles].map((role) => (role === "public" ? role : quoted(role)));
}

interface Owned {
  readonly id: string;
  readonly schema: string;
  readonly owner: string;
}

/**
 * Objects with another owner than most objects of their schema: migrations cannot alter them. Where two roles own the same
 * number of objects, the owner of the schema counts.
 */
export const mixedOwners: AuditRule = ({ catalog }) => {
  const { tables, views, sequences, routines, enums, domains, composites, ranges } = catalog;
  const kinds: readonly (readonly [ObjectKind, readonly Owned[]])[] = [
    ["table", tables],
    ["view", views.filter(({ materialized }) => !materialized)],
    ["materialized view", views.filter(({ materialized }) => materialized)],
    // The sequence of a column always has the owner of its table.
    ["sequence", sequences.filter(({ ownedBy }) => ownedBy === undefined)],
    ["function", routines],
    ["enum", enums],
    ["domain", domains],
    ["composite", composites],
    ["range", ranges],
  ];
  const counts = new Map<string, Map<string, number>>(catalog.schemas.map(({ name }) => [name, new Map()]));
  for (const { schema, owner } of kinds.flatMap(([, list]) => list)) {
    const ofSchema = counts.get(schema);
    ofSchema?.set(owner, (ofSchema.get(owner) ?? 0) + 1);
  }
  const expected = new Map(catalog.schemas.map(({ name, owner }) => [name, mostOf(counts.get(name) ?? new Map(), owner)]));
  return kinds.flatMap(([kind, list]) =>
    list.flatMap(({ id, schema, owner }) => {
      const wanted = expected.get(schema) ?? owner;
      return owner === wanted ? [] : [finding("owner-different", { kind, name: id }, { owner, expected: wanted })];
    }),
  );
};

function mostOf(counts: ReadonlyMap<string, number>, ofSchema: string): string {
  const [first, second] = [...counts].toSorted(([a, many], [b, few]) => few - many || compareText(a, b));
  if (first === undefined || (second !== undefined && second[1] === first[1] && counts.get(ofSchema) === first[1])) return ofSchema;
  return first[0];
}
