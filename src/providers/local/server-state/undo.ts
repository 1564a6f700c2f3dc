import { identifier } from "../../../postgres/identifier.ts";
import type { Fact, FactKind, ServerState } from "./facts.ts";
import { computesRoles, isChangedBy, isCreatedBy, isRenamedBy } from "./mentioned.ts";

/** One part of the state that is not as it was, and the statement that puts it back. */
export interface Undo {
  readonly key: string;
  readonly sql: string;
  /** The statement as it can be shown. */
  readonly shown: string;
}

/** Statements that must run in this order: rights keep a role from being dropped, and a new role comes before what it has. */
const REMOVED: readonly FactKind[] = [
  "right",
  "member",
  "setting",
  "comment",
  "slot",
  "origin",
  "parameter",
  "database",
  "tablespace",
  "role",
];
const MADE: readonly FactKind[] = ["role", "attribute", "member", "setting", "comment", "right", "option", "parameter"];

/** The statements that give renamed roles their names. They run before the others are planned. Pure. */
export function renames(before: ServerState, after: ServerState, texts: readonly string[]): readonly Undo[] {
  const now = new Map(rolesOf(after).map((fact) => [fact.oid, fact.names[0] ?? ""]));
  return rolesOf(before).flatMap(({ oid, names: [name = ""] }) => {
    const present = now.get(oid);
    if (present === undefined || present === name || !isRenamedBy(name, present, texts)) return [];
    const sql = `alter role ${identifier(present)} rename to ${identifier(name)}`;
    return [{ key: `role ${present}`, sql, shown: sql }];
  });
}

/** The statements that put back what these texts have changed. What others can have changed is left as it is. Pure. */
export function undoOf(before: ServerState, after: ServerState, texts: readonly string[]): readonly Undo[] {
  const added = [...after.facts].filter(([key]) => !before.facts.has(key));
  const made = rolesMade(before, after, texts);
  const isOfMade = ({ roles }: Fact): boolean => roles.some((role) => made.includes(role));
  const isOwn = (fact: Fact): boolean => isOfMade(fact) || isChangedBy(fact, texts, before.user);
  const removed = added.filter(([, fact]) => {
    if (["role", "database", "tablespace", "slot", "origin"].includes(fact.kind)) return isCreatedBy(fact, texts);
    // Everything else of a role is dropped with it, except its rights on other objects.
    return isOfMade(fact) ? fact.kind === "right" : isOwn(fact);
  });
  const restored = [...before.facts].filter(([key, fact]) => {
    const present = after.facts.get(key);
    return (present === undefined || present.make !== fact.make) && isOwn(fact);
  });
  return [
    ...inOrder(removed, REMOVED).flatMap(([key, { undo }]) => (undo === null ? [] : [{ key, sql: undo, shown: undo }])),
    ...inOrder(restored, MADE).flatMap(([key, { make }]) => (make === null ? [] : [{ key, sql: make, shown: withoutPassword(make) }])),
  ];
}

/** The names of the roles that these texts have created. Pure. */
export function rolesMade(before: ServerState, after: ServerState, texts: readonly string[]): readonly string[] {
  return rolesOf(after)
    .filter((fact) => !before.facts.has(`role ${fact.key}`) && isCreatedBy(fact, texts))
    .map(({ key }) => key);
}

/** Roles that appeared meanwhile, and that the texts can have created under a computed name. Pure. */
export function perhapsCreated(before: ServerState, after: ServerState, texts: readonly string[], isSeen: boolean): readonly Undo[] {
  if (isSeen && !computesRoles(texts)) return [];
  return rolesOf(after)
    .filter((fact) => !before.facts.has(`role ${fact.key}`) && !isCreatedBy(fact, texts))
    .map(({ key, undo }) => ({ key: `role ${key}`, sql: undo ?? "", shown: undo ?? "" }));
}

function rolesOf({ facts }: ServerState): readonly Fact[] {
  return [...facts.values()].filter(({ kind }) => kind === "role");
}

function inOrder(facts: readonly (readonly [string, Fact])[], kinds: readonly FactKind[]): readonly (readonly [string, Fact])[] {
  return kinds.flatMap((kind) => facts.filter(([, fact]) => fact.kind === kind));
}

function withoutPassword(sql: string): string {
  return sql.replace(/^(alter role .* password) .*$/s, "$1 '…'");
}
