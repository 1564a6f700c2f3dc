import type { Catalog } from "../../src/catalog/catalog.ts";
import type { Change, ChangedKind } from "../../src/drift/change.ts";
import type { Random } from "../chaos/random.ts";

/** One DDL statement on a copy of the schema, and what has to be found afterwards. */
export interface Mutation {
  readonly sql: string;
  readonly change: Change["change"];
  readonly kind: ChangedKind;
  readonly object: string;
  /** Of a different object: one of its properties, in the words of a change. */
  readonly property?: string;
  /** Whether other objects change along: what depends on the target, or bears its name. */
  readonly spreads?: true;
}

/** What a maker draws from. */
export interface Draw {
  readonly catalog: Catalog;
  readonly random: Random;
  /** One of the list; an empty one is a fault of the fixture. */
  one<T>(list: readonly T[]): T;
  /** An unquoted name that nothing has. */
  fresh(): string;
}

/** Makes one random change of one kind and property. Postgres may refuse it; then it is asked again. */
export type MutationKind = (draw: Draw) => Mutation;

/** Makers by what they change: `column nullable`. A number in front is the oldest major that knows the statement: `18 constraint enforced`. */
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

/** The same with what hangs on the target. */
export const spreading = (mutation: Mutation): Mutation => ({ ...mutation, spreads: true });
