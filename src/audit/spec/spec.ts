import type { AuditCode } from "../facts.ts";
import type { DescribedEntry, EntriesByName, Entry, GrantedEntry, Mode, Naming } from "./entry.ts";
import type {
  DefinitionEntry,
  ViewEntry,
  IndexEntry,
  TableEntry,
  FunctionEntry,
  SequenceEntry,
  EnumEntry,
  DomainEntry,
  CompositeEntry,
  RangeEntry,
} from "./object-entries.ts";

export type { EntriesByName, Entry, Mode } from "./entry.ts";
export type * from "./object-entries.ts";

export interface SchemaEntry extends GrantedEntry {
  readonly mode: Mode;
  readonly tables?: EntriesByName<TableEntry> | undefined;
  readonly views?: EntriesByName<ViewEntry> | undefined;
  readonly materializedViews?: EntriesByName<ViewEntry> | undefined;
  readonly functions?: EntriesByName<FunctionEntry> | undefined;
  /** Indexes on any table of the schema. */
  readonly indexes?: EntriesByName<IndexEntry> | undefined;
  readonly sequences?: EntriesByName<SequenceEntry> | undefined;
  readonly enums?: EntriesByName<EnumEntry> | undefined;
  readonly domains?: EntriesByName<DomainEntry> | undefined;
  readonly composites?: EntriesByName<CompositeEntry> | undefined;
  readonly ranges?: EntriesByName<RangeEntry> | undefined;
  readonly statistics?: EntriesByName<DefinitionEntry> | undefined;
  /** The naming rules by kind of object. */
  readonly naming?: Naming | undefined;
}

/** The rows that the version table of a migration tool must have. */
export interface MigrationEntry extends Entry {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  /** Exactly these versions, in any order. */
  readonly equals?: readonly string[] | undefined;
  /** At least these versions. */
  readonly contains?: readonly string[] | undefined;
  /** Exactly the heads of the repository, which its migration tool reports. */
  readonly heads?: boolean | undefined;
}

/** An exception: findings that are accepted, with a reason, until a day or permanently. */
export interface IgnoreEntry {
  readonly line: number;
  /** Default: every code. */
  readonly code?: AuditCode | undefined;
  /** The name of the object, or a pattern in which `*` matches any text. */
  readonly object: string;
  readonly reason: string;
  /** The last day of the exception, such as `2026-12-31`. Default: no last day. */
  readonly until?: string | undefined;
}

export interface PublicationEntry extends DescribedEntry {
  readonly allTables?: boolean | undefined;
  /** As Postgres writes them: quoted, with columns and row filters. */
  readonly tables?: readonly string[] | undefined;
  readonly schemas?: readonly string[] | undefined;
  /** Some of insert, update, delete and truncate. */
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

/** The parsed `schema.audit.yaml`: the schema that a database must have. */
export interface Spec {
  readonly file: string;
  /** The major version of the database that the spec was written from. Undefined: not known. */
  readonly postgres?: number | undefined;
  readonly extensions?: EntriesByName<ExtensionEntry> | undefined;
  readonly publications?: EntriesByName<PublicationEntry> | undefined;
  readonly eventTriggers?: EntriesByName<EventTriggerEntry> | undefined;
  readonly schemas: EntriesByName<SchemaEntry>;
  /** Set for `migrations: heads`: the version table of the migration tool must be at the heads of the repository. */
  readonly heads?: Entry | undefined;
  readonly migrations: readonly MigrationEntry[];
  readonly ignore: readonly IgnoreEntry[];
}
