import { compareText, type FoundObject } from "../../findings/finding.ts";
import { finding, type Check } from "./rule.ts";

interface Owned {
  readonly id: string;
  readonly schema: string;
  readonly owner: string;
}

/**
 * Objects that belong to another role than most objects of their schema: migrations can't alter them. Where no
 * role owns most, the schema's owner counts.
 */
export const owners: Check = ({ catalog }) => {
  const { tables, views, sequences, routines, enums, domains, composites, ranges } = catalog;
  const kinds: readonly (readonly [FoundObject["kind"], readonly Owned[]])[] = [
    ["table", tables],
    ["view", views.filter(({ materialized }) => !materialized)],
    ["materialized view", views.filter(({ materialized }) => materialized)],
    // A sequence of a column has its table's owner.
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
