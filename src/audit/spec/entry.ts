import type { Severity } from "../../findings/finding.ts";

/** "at least": the listed objects must exist. "exactly": other objects must not exist. */
export type Mode = "at least" | "exactly";

/** What every entry of a spec can contain. */
export interface Entry {
  /** The line of the entry in the spec file. */
  readonly line: number;
  /** The name contains a star: every object with a matching name must fulfil the entry. */
  readonly pattern?: true | undefined;
  /** For a pattern: at least one object must match. Default false. */
  readonly required?: true | undefined;
  /** The entry is only a name: the object must exist, and its properties are not compared. */
  readonly nameOnly: boolean;
  /** The object must not exist. */
  readonly absent?: boolean | undefined;
  readonly reason?: string | undefined;
  /** The severity of the entry's findings. Default: the severity of their codes. */
  readonly severity?: Severity | undefined;
}

/** An object with a comment. Comments and grants are compared only where the spec has them, because they differ between servers. */
export interface DescribedEntry extends Entry {
  /** Null: the object must not have a comment. */
  readonly comment?: string | null | undefined;
}

/** An object with rights: those of all roles but the owner, by role, such as `select`, or `select*` with the grant option. */
export interface GrantedEntry extends DescribedEntry {
  readonly grants?: Readonly<Record<string, readonly string[]>> | undefined;
}

export type EntriesByName<E extends Entry> = ReadonlyMap<string, E>;

/** The kinds of objects that can have a naming rule. */
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

/** A regular expression that the whole name must match. */
export interface NameEntry extends Entry {
  /** The text of the expression in the spec. */
  readonly like: string;
  readonly expression: RegExp;
}

export type Naming = ReadonlyMap<NamedKind, NameEntry>;
