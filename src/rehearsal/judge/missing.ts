import { found } from "../finding.ts";
import type { Explained } from "../measure/measure.ts";
import type { Relation } from "../observe/relations.ts";
import type { Judged } from "./judged.ts";

/** What a copy does not have of the tables of its original. Tables are written as SQL writes them, with their schemas. */
export interface MissingInCopy {
  /** Tables whose rows could not be restored. */
  readonly rows: readonly string[];
  /** Parts of tables, such as an index or a constraint, in words, that could not be restored. */
  readonly parts: readonly { readonly table: string; readonly part: string }[];
}

/**
 * The findings about tables whose rows or parts are missing in the copy: an error for those that the migrations used, also through the
 * table of a partition or one from which it inherits, else a warning. Pure.
 */
export function judgeMissing(
  { rows, parts }: MissingInCopy,
  { tables }: Pick<Explained, "tables">,
  relations: readonly Relation[],
): readonly Judged[] {
  const used = new Set(tables.map(({ change }) => change.table.id));
  const byId = new Map(relations.map((each) => [each.id, each]));
  const isUsed = (name: string): boolean => {
    const own = relations.find(({ shown }) => shown === name);
    if (own === undefined) return false;
    return [own.id, ...above(own, byId), ...relations.filter((each) => above(each, byId).has(own.id)).map(({ id }) => id)].some((id) =>
      used.has(id),
    );
  };
  const options = (name: string): { severity?: "warning" } => (isUsed(name) ? {} : { severity: "warning" });
  const facts = (name: string): { used: "yes" | "no" } => ({ used: isUsed(name) ? "yes" : "no" });
  const incomplete = [...new Set(parts.map(({ table }) => table))];
  return [
    ...rows.map((name) => ({ finding: found("rows-missing", { kind: "table", name }, facts(name), options(name)) })),
    ...incomplete.map((name) => {
      const lost = parts.flatMap(({ table, part }) => (table === name ? [part] : []));
      return { finding: found("parts-missing", { kind: "table", name }, { ...facts(name), parts: lost }, options(name)) };
    }),
  ];
}

/** The ids of all tables whose changes reach this one. */
function above({ parents = [] }: Relation, byId: ReadonlyMap<number, Relation>, seen = new Set<number>()): ReadonlySet<number> {
  for (const id of parents) {
    if (seen.has(id)) continue;
    seen.add(id);
    const parent = byId.get(id);
    if (parent !== undefined) above(parent, byId, seen);
  }
  return seen;
}
