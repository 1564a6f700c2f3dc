import type { DescribedEntry, EntriesByName, Entry, GrantedEntry, Mode } from "./entry.ts";
import type { Signature } from "./signature.ts";

/** In an "exactly" table, a property without a value has its default: nullable, and no default, identity and expression. */
export interface ColumnEntry extends GrantedEntry {
  readonly type?: string | undefined;
  readonly nullable?: boolean | undefined;
  /** An expression. Null: the column must not have a default. */
  readonly default?: string | null | undefined;
  readonly identity?: "always" | "by default" | null | undefined;
  readonly generated?: string | null | undefined;
  readonly collation?: string | null | undefined;
}

/** An object that Postgres can write as one text: a constraint, a trigger, a rule or statistics. */
export interface DefinitionEntry extends DescribedEntry {
  readonly definition?: string | undefined;
}

export interface TriggerEntry extends DefinitionEntry {
  readonly fires?: string | undefined;
}

export interface ViewEntry extends GrantedEntry {
  readonly definition?: string | undefined;
  readonly options?: readonly string[] | undefined;
  readonly indexes?: EntriesByName<IndexEntry> | undefined;
  readonly triggers?: EntriesByName<TriggerEntry> | undefined;
  readonly rules?: EntriesByName<TriggerEntry> | undefined;
}

/** Either the complete statement, or some of its parts. */
export interface IndexEntry extends DefinitionEntry {
  readonly columns?: readonly string[] | undefined;
  readonly include?: readonly string[] | undefined;
  readonly unique?: boolean | undefined;
  readonly method?: string | undefined;
  readonly where?: string | null | undefined;
}

export interface PolicyEntry extends DescribedEntry {
  readonly command?: string | undefined;
  readonly permissive?: boolean | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly using?: string | null | undefined;
  readonly check?: string | null | undefined;
}

export interface TableEntry extends GrantedEntry {
  /** Default: the mode of the schema. */
  readonly mode?: Mode | undefined;
  readonly kind?: string | undefined;
  readonly persistence?: string | undefined;
  readonly rowSecurity?: string | undefined;
  readonly partitionBy?: string | null | undefined;
  readonly inherits?: readonly string[] | undefined;
  readonly bound?: string | null | undefined;
  readonly columns?: EntriesByName<ColumnEntry> | undefined;
  readonly constraints?: EntriesByName<DefinitionEntry> | undefined;
  readonly indexes?: EntriesByName<IndexEntry> | undefined;
  readonly triggers?: EntriesByName<TriggerEntry> | undefined;
  readonly policies?: EntriesByName<PolicyEntry> | undefined;
  readonly rules?: EntriesByName<TriggerEntry> | undefined;
}

/** The properties of a function that do not depend on its arguments. */
export interface RoutineEntry extends GrantedEntry {
  readonly returns?: string | undefined;
  readonly language?: string | undefined;
  readonly volatility?: string | undefined;
  readonly security?: string | undefined;
  readonly strict?: boolean | undefined;
  readonly parallel?: string | undefined;
  readonly settings?: readonly string[] | undefined;
  /** SHA-256 of the body. */
  readonly body?: string | undefined;
}

export interface OverloadEntry extends RoutineEntry {
  readonly signature: Signature;
}

/** All overloads of a function. Undefined when the entry only requires a function of that name. */
export interface FunctionEntry extends Entry {
  readonly overloads?: readonly OverloadEntry[] | undefined;
  /** The properties of every overload of every matching function. */
  readonly each?: RoutineEntry | undefined;
}

/** The 64-bit numbers of a sequence are texts. */
export interface SequenceEntry extends GrantedEntry {
  readonly type?: string | undefined;
  readonly start?: string | undefined;
  readonly increment?: string | undefined;
  readonly min?: string | undefined;
  readonly max?: string | undefined;
  readonly cache?: string | undefined;
  readonly cycle?: boolean | undefined;
  readonly ownedBy?: string | null | undefined;
}

export interface EnumEntry extends GrantedEntry {
  readonly labels?: readonly string[] | undefined;
}

export interface DomainEntry extends GrantedEntry {
  readonly type?: string | undefined;
  readonly nullable?: boolean | undefined;
  readonly default?: string | null | undefined;
  readonly collation?: string | null | undefined;
  readonly constraints?: EntriesByName<DefinitionEntry> | undefined;
}

export interface CompositeEntry extends GrantedEntry {
  /** The types of the attributes by name, in their order. */
  readonly attributes?: ReadonlyMap<string, string> | undefined;
}

export interface RangeEntry extends GrantedEntry {
  readonly subtype?: string | undefined;
}
