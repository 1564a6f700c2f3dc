import { compareText } from "../../../findings/order.ts";
import { finding, type ObjectKind } from "../../finding.ts";
import type { AuditRule } from "../rule.ts";

/** Tables with row security but no policy, which hide every row, and tables with policies but no row security, which hide none. */
export const rowSecurity: AuditRule = ({ catalog, onTable }) =>
  catalog.tables.flatMap(({ id, schema, name, rowSecurity: state }) => {
    const policies = onTable("policies", schema, name);
    const object = { kind: "table", name: id } as const;
    if (state !== "off" && policies.length === 0) return [finding("row-security-without-policies", object, { state })];
    if (state !== "off" || policies.length === 0) return [];
    return [finding("policies-without-row-security", object, { policies: policies.map((policy) => policy.name) })];
  });

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
