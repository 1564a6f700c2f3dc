import type { AuditCode } from "../facts.ts";
import type { Naming } from "./naming.ts";
import type { Described, Granted, Mode, Named, Rule } from "./rule.ts";
import type { Signature } from "./signature.ts";

export type { Described, Granted, Mode, Named, Rule } from "./rule.ts";

/** In an "exactly" table, what is not said is plain: nullable, without default, identity and expression. */
export interface ColumnRule extends Granted {
  readonly type?: string | undefined;
  readonly nullable?: boolean | undefined;
  /** An expression; null for none. */
  readonly default?: string | null | undefined;
  readonly identity?: "always" | "by default" | null | undefined;
  readonly generated?: string | null | undefined;
  readonly collation?: string | null | undefined;
}

/** For objects that Postgres can write as one text: constraints, triggers, rules, statistics. */
export interface DefinitionRule extends Described {
  readonly definition?: string | undefined;
}

export interface TriggerRule extends DefinitionRule {
  readonly fires?: string | undefined;
}

export interface ViewRule extends Granted {
  readonly definition?: string | undefined;
  readonly options?: readonly string[] | undefined;
  readonly indexes?: Named<IndexRule> | undefined;
  readonly triggers?: Named<TriggerRule> | undefined;
  readonly rules?: Named<TriggerRule> | undefined;
}

/** Either the whole statement, or those parts that matter. */
export interface IndexRule extends DefinitionRule {
  readonly columns?: readonly string[] | undefined;
  readonly include?: readonly string[] | undefined;
  readonly unique?: boolean | undefined;
  readonly method?: string | undefined;
  readonly where?: string | null | undefined;
}

export interface PolicyRule extends Described {
  readonly command?: string | undefined;
  readonly permissive?: boolean | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly using?: string | null | undefined;
  readonly check?: string | null | undefined;
}

export interface TableRule extends Granted {
  /** Default: the schema's. */
  readonly mode?: Mode | undefined;
  readonly kind?: string | undefined;
  readonly persistence?: string | undefined;
  readonly rowSecurity?: string | undefined;
  readonly partitionBy?: string | null | undefined;
  readonly inherits?: readonly string[] | undefined;
  readonly bound?: string | null | undefined;
  readonly columns?: Named<ColumnRule> | undefined;
  readonly constraints?: Named<DefinitionRule> | undefined;
  readonly indexes?: Named<IndexRule> | undefined;
  readonly triggers?: Named<TriggerRule> | undefined;
  readonly policies?: Named<PolicyRule> | undefined;
  readonly rules?: Named<TriggerRule> | undefined;
}

/** What may be said of a function without its arguments. */
export interface RoutineRule extends Granted {
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

export interface OverloadRule extends RoutineRule {
  readonly signature: Signature;
}

/** The whole list of a function's overloads; undefined where the name alone is asked for. */
export interface FunctionRule extends Rule {
  readonly overloads?: readonly OverloadRule[] | undefined;
  /** What every overload must be like, of every function that matches. */
  readonly each?: RoutineRule | undefined;
}

/** Numbers of a sequence are 64-bit and kept as text. */
export interface SequenceRule extends Granted {
  readonly type?: string | undefined;
  readonly start?: string | undefined;
  readonly increment?: string | undefined;
  readonly min?: string | undefined;
  readonly max?: string | undefined;
  readonly cache?: string | undefined;
  readonly cycle?: boolean | undefined;
  readonly ownedBy?: string | null | undefined;
}

export interface EnumRule extends Granted {
  readonly labels?: readonly string[] | undefined;
}

export interface DomainRule extends Granted {
  readonly type?: string | undefined;
  readonly nullable?: boolean | undefined;
  readonly default?: string | null | undefined;
  readonly collation?: string | null | undefined;
  readonly constraints?: Named<DefinitionRule> | undefined;
}

export interface CompositeRule extends Granted {
  /** Names and types in their order. */
  readonly attributes?: ReadonlyMap<string, string> | undefined;
}

export interface RangeRule extends Granted {
  readonly subtype?: string | undefined;
}

export interface SchemaRule extends Granted {
  readonly mode: Mode;
  readonly tables?: Named<TableRule> | undefined;
  readonly views?: Named<ViewRule> | undefined;
  readonly materializedViews?: Named<ViewRule> | undefined;
  readonly functions?: Named<FunctionRule> | undefined;
  /** Indexes whose table does not matter. */
  readonly indexes?: Named<IndexRule> | undefined;
  readonly sequences?: Named<SequenceRule> | undefined;
  readonly enums?: Named<EnumRule> | undefined;
  readonly domains?: Named<DomainRule> | undefined;
  readonly composites?: Named<CompositeRule> | undefined;
  readonly ranges?: Named<RangeRule> | undefined;
  readonly statistics?: Named<DefinitionRule> | undefined;
  /** How names of a kind must look. */
  readonly naming?: Naming | undefined;
}

/** Which rows the version table of a migration tool must hold. */
export interface MigrationRule extends Rule {
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
export interface IgnoreRule {
  readonly line: number;
  /** Default: every code. */
  readonly code?: AuditCode | undefined;
  /** A pattern over the object's name, `*` for any text. */
  readonly object: string;
  readonly reason: string;
  /** The last day that it holds, as in `2026-12-31`; default for ever. */
  readonly until?: string | undefined;
}

export interface PublicationRule extends Described {
  readonly allTables?: boolean | undefined;
  /** As Postgres lists them, quoted, with columns and row filters. */
  readonly tables?: readonly string[] | undefined;
  readonly schemas?: readonly string[] | undefined;
  /** Of insert, update, delete, truncate. */
  readonly operations?: readonly string[] | undefined;
  readonly viaRoot?: boolean | undefined;
}

export interface EventTriggerRule extends Described {
  readonly event?: string | undefined;
  /** Quoted, with its argument types. */
  readonly function?: string | undefined;
  readonly fires?: string | undefined;
  readonly tags?: readonly string[] | undefined;
}

export interface ExtensionRule extends Rule {
  readonly version?: string | undefined;
  readonly schema?: string | undefined;
}

/** What a database must be like: the parsed `schema.audit.yaml`. */
export interface Spec {
  readonly file: string;
  /** The major version whose texts the spec holds; undefined: not said. */
  readonly postgres?: number | undefined;
  readonly extensions?: Named<ExtensionRule> | undefined;
  readonly publications?: Named<PublicationRule> | undefined;
  readonly eventTriggers?: Named<EventTriggerRule> | undefined;
  readonly schemas: Named<SchemaRule>;
  /** The migration tool's own version table must be at the heads of the repository. */
  readonly heads?: Rule | undefined;
  readonly migrations: readonly MigrationRule[];
  readonly ignore: readonly IgnoreRule[];
}
