import type { AuditCode } from "../facts.ts";
import type { Naming } from "./naming.ts";
import type { DescribedEntry, GrantedEntry, Mode, EntriesByName, Entry } from "./entry.ts";
import type { Signature } from "./signature.ts";

export type { DescribedEntry, GrantedEntry, Mode, EntriesByName, Entry } from "./entry.ts";

/** In an "exactly" table, what is not said is plain: nullable, without default, identity and expression. */
export interface ColumnEntry extends GrantedEntry {
  readonly type?: string | undefined;
  readonly nullable?: boolean | undefined;
  /** An expression; null for none. */
  readonly default?: string | null | undefined;
  readonly identity?: "always" | "by default" | null | undefined;
  readonly generated?: string | null | undefined;
  readonly collation?: string | null | undefined;
}

/** For objects that Postgres can write as one text: constraints, triggers, rules, statistics. */
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

/** Either the whole statement, or those parts that matter. */
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
  /** Default: the schema's. */
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

/** What may be said of a function without its arguments. */
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

/** The whole list of a function's overloads; undefined where the name alone is asked for. */
export interface FunctionEntry extends Entry {
  readonly overloads?: readonly OverloadEntry[] | undefined;
  /** What every overload must be like, of every function that matches. */
  readonly each?: RoutineEntry | undefined;
}

/** Numbers of a sequence are 64-bit and kept as text. */
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
  /** Names and types in their order. */
  readonly attributes?: ReadonlyMap<string, string> | undefined;
}

export interface RangeEntry extends GrantedEntry {
  readonly subtype?: string | undefined;
}

export interface SchemaEntry extends GrantedEntry {
  readonly mode: Mode;
  readonly tables?: EntriesByName<TableEntry> | undefined;
  readonly views?: EntriesByName<ViewEntry> | undefined;
  readonly materializedViews?: EntriesByName<ViewEntry> | undefined;
  readonly functions?: EntriesByName<FunctionEntry> | undefined;
  /** Indexes whose table does not matter. */
  readonly indexes?: EntriesByName<IndexEntry> | undefined;
  readonly sequences?: EntriesByName<SequenceEntry> | undefined;
  readonly enums?: EntriesByName<EnumEntry> | undefined;
  readonly domains?: EntriesByName<DomainEntry> | undefined;
  readonly composites?: EntriesByName<CompositeEntry> | undefined;
  readonly ranges?: EntriesByName<RangeEntry> | undefined;
  readonly statistics?: EntriesByName<DefinitionEntry> | undefined;
  /** How names of a kind must look. */
  readonly naming?: Naming | undefined;
}

/** Which rows the version table of a migration tool must hold. */
export interface MigrationEntry extends Entry {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  /** Exactly these, in any order. */
  readonly equals?: readonly string[] | undefined;
  /** At least these. */
  readonly contains?: readonly string[] | undefined;
  /** Exactly the heads of the repository, as its migration tool tells them. */
  readonly heads?: boolean | undefined;
}

/** Findings that are accepted, for a reason and perhaps for a time. */
export interface IgnoreEntry {
  readonly line: number;
  /** Default: every code. */
  readonly code?: AuditCode | undefined;
  /** A pattern over the object's name, `*` for any text. */
  readonly object: string;
  readonly reason: string;
  /** The last day that it holds, as in `2026-12-31`; default for ever. */
  readonly until?: string | undefined;
}

export interface PublicationEntry extends DescribedEntry {
  readonly allTables?: boolean | undefined;
  /** As Postgres lists them, quoted, with columns and row filters. */
  readonly tables?: readonly string[] | undefined;
  readonly schemas?: readonly string[] | undefined;
  /** Of insert, update, delete, truncate. */
  readonly operations?: readonly string[] | undefined;
  readonly viaRoot?: boolean | undefined;
}

export interface EventTriggerEntry extends DescribedEntry {
  readonly event?: string | undefined;
  /** Quoted, with its argument types. */
  readonly function?: string | undefined;
  readonly fires?: string | undefined;
  readonly tags?: readonly string[] | undefined;
}

export interface ExtensionEntry extends Entry {
  readonly version?: string | undefined;
  readonly schema?: string | undefined;
}

/** What a database must be like: the parsed `schema.audit.yaml`. */
export interface Spec {
  readonly file: string;
  /** The major version whose texts the spec holds; undefined: not said. */
  readonly postgres?: number | undefined;
  readonly extensions?: EntriesByName<ExtensionEntry> | undefined;
  readonly publications?: EntriesByName<PublicationEntry> | undefined;
  readonly eventTriggers?: EntriesByName<EventTriggerEntry> | undefined;
  readonly schemas: EntriesByName<SchemaEntry>;
  /** The migration tool's own version table must be at the heads of the repository. */
  readonly heads?: Entry | undefined;
  readonly migrations: readonly MigrationEntry[];
  readonly ignore: readonly IgnoreEntry[];
}
