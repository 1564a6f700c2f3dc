import type { Blamed } from "../measure/blame.ts";
import type { StatementPart } from "../measure/parts.ts";
import type { ReadStatement } from "../measure/statements.ts";
import type { Relation } from "../observe/relations.ts";
import { lower } from "../sql/alter-table.ts";
import { mentions } from "../sql/names.ts";

/** What was there when the command had ended, and what it sent. */
export interface Later {
  readonly relations: readonly Relation[];
  readonly statements: readonly ReadStatement[];
}

/**
 * The relations at the time of a statement: those from before, without the partitions that earlier statements of the migrations
 * detached, and with those that they attached. Pure.
 */
export function relationsAt(blamed: Blamed | undefined, before: readonly Relation[], later: Later | undefined): readonly Relation[] {
  if (blamed === undefined || later === undefined) return before;
  const earlier = partsBefore(blamed, later.statements).filter(({ tokens }) => tokens.some((token) => lower(token) === "partition"));
  if (earlier.length === 0) return before;
  const changed = (relation: Relation, word: "attach" | "detach"): boolean =>
    earlier.some((part) => mentions(part.names, relation) && part.tokens.some((token) => isChange(lower(token), word)));
  const known = new Map(before.map((each) => [each.id, each]));
  for (const each of later.relations) if (changed(each, "attach")) known.set(each.id, each);
  // The table that a partition is detached from is named too.
  const isDetached = ({ id }: Relation): boolean => (later.relations.find((each) => each.id === id)?.parents ?? []).length === 0;
  return [...known.values()].map((each) => (changed(each, "detach") && isDetached(each) ? { ...each, parents: [] } : each));
}

/** `create table … partition of` is the other way to attach one. */
function isChange(word: string, change: "attach" | "detach"): boolean {
  return word === change || (change === "attach" && word === "of");
}

function partsBefore({ statement, part }: Blamed, statements: readonly ReadStatement[]): readonly StatementPart[] {
  return statements.flatMap((each) => {
    if (each === statement) return each.parts.slice(0, Math.max(0, each.parts.indexOf(part)));
    return each.startMs < statement.startMs ? each.parts : [];
  });
}
