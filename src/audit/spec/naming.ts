import type { Entry } from "./entry.ts";

/** The kinds of objects whose names can be ruled. */
export const NAMED_KINDS = [
  "tables",
  "columns",
  "constraints",
  "indexes",
  "triggers",
  "policies",
  "views",
  "materializedViews",
  "functions",
  "sequences",
  "enums",
  "domains",
] as const;

export type NamedKind = (typeof NAMED_KINDS)[number];

/** A regular expression that a name must match as a whole. */
export interface NameEntry extends Entry {
  /** As it is written. */
  readonly like: string;
  readonly expression: RegExp;
}

export type Naming = ReadonlyMap<NamedKind, NameEntry>;
