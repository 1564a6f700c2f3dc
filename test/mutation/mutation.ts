import type { Catalog } from "../../src/catalog/catalog.ts";
import type { Change, ChangedKind } from "../../src/drift/change.ts";
import type { Random } from "../support/random.ts";

/** One DDL statement on a copy of the schema, and the change that must be found after it. */
export interface Mutation {
  readonly sql: string;
  readonly change: Change["change"];
  readonly kind: ChangedKind;
  readonly object: string;
  /** For a different object: one of its properties, as in a change. */
  readonly property?: string;
  /** Whether other objects change too: dependents of the target, and objects with its name. */
  readonly spreads?: true;
}

/** What a mutation kind chooses from. */
export interface Draw {
  readonly catalog: Catalog;
  readonly random: Random;
  /** A random item. Throws for an empty list, which is an error in the fixture. */
  one<T>(list: readonly T[]): T;
  /** A new name that needs no quotes. */
  newName(): string;
}

/** Makes one random change of this kind. If Postgres refuses it, the next one is made. */
export type MutationKind = (draw: Draw) => Mutation;

/** By name, such as `column nullable`. A number in front is the first major version with the statement: `18 constraint enforced`. */
export type MutationKinds = Readonly<Record<string, MutationKind>>;

export const missing = (kind: ChangedKind, object: string, sql: string): Mutation => ({ sql, change: "missing", kind, object });
export const extra = (kind: ChangedKind, object: string, sql: string): Mutation => ({ sql, change: "extra", kind, object });
export const different = (kind: ChangedKind, object: string, property: string, sql: string): Mutation => ({
  sql,
  change: "different",
  kind,
  object,
  property,
});

/** The same mutation, which also changes other objects. */
export const spreading = (mutation: Mutation): Mutation => ({ ...mutation, spreads: true });
