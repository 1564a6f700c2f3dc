import type { FindingCode, Severity } from "../finding.ts";
import type { Signature } from "./signature.ts";

/** Whether a section lists what must be there, or all that may be there. */
export type Mode = "at least" | "exactly";

/** What every entry of a spec may carry. */
export interface Rule {
  /** Line of the entry in the spec file. */
  readonly line: number;
  /** True for a name alone: it asks for existence and nothing more. */
  readonly bare: boolean;
  /** The object must not exist. */
  readonly absent?: boolean | undefined;
  readonly reason?: string | undefined;
  /** Of the findings that breaking the entry makes. */
  readonly severity?: Severity | undefined;
}

export type Named<R extends Rule> = ReadonlyMap<string, R>;

/** In an "exactly" table, what is not said is plain: nullable, without default, identity and expression. */
export interface ColumnRule extends Rule {
  readonly type?: string | undefined;
  readonly nullable?: boolean | undefined;
  /** An expression; null for none. */
  readonly default?: string | null | undefined;
  readonly identity?: "always" | "by default" | null | undefined;
  readonly generated?: string | null | undefined;
  readonly collation?: string | null | undefined;
}

/** For objects that Postgres can write as one text: constraints, triggers, views. */
export interface DefinitionRule extends Rule {
  readonly definition?: string | undefined;
}

export interface TriggerRule extends DefinitionRule {
  readonly fires?: string | undefined;
}

export interface ViewRule extends DefinitionRule {
  readonly options?: readonly string[] | undefined;
  readonly indexes?: Named<IndexRule> | undefined;
}

/** Either the whole statement, or those parts that matter. */
export interface IndexRule extends DefinitionRule {
  readonly columns?: readonly string[] | undefined;
  readonly include?: readonly string[] | undefined;
  readonly unique?: boolean | undefined;
  readonly method?: string | undefined;
  readonly where?: string | null | undefined;
}

export interface PolicyRule extends Rule {
  readonly command?: string | undefined;
  readonly permissive?: boolean | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly using?: string | null | undefined;
  readonly check?: string | null | undefined;
}

export interface TableRule extends Rule {
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
}

export interface OverloadRule extends Rule {
  readonly signature: Signature;
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

/** The whole list of a function's overloads; undefined where the name alone is asked for. */
export interface FunctionRule extends Rule {
  readonly overloads?: readonly OverloadRule[] | undefined;
}

/** Numbers of a sequence are 64-bit and kept as text. */
export interface SequenceRule extends Rule {
  readonly type?: string | undefined;
  readonly start?: string | undefined;
  readonly increment?: string | undefined;
  readonly min?: string | undefined;
  readonly max?: string | undefined;
  readonly cache?: string | undefined;
  readonly cycle?: boolean | undefined;
  readonly ownedBy?: string | null | undefined;
}

export interface EnumRule extends Rule {
  readonly labels?: readonly string[] | undefined;
}

export interface DomainRule extends Rule {
  readonly type?: string | undefined;
  readonly nullable?: boolean | undefined;
  readonly default?: string | null | undefined;
  readonly collation?: string | null | undefined;
  readonly constraints?: Named<DefinitionRule> | undefined;
}

export interface CompositeRule extends Rule {
  /** Names and types in their order. */
  readonly attributes?: ReadonlyMap<string, string> | undefined;
}

export interface RangeRule extends Rule {
  readonly subtype?: string | undefined;
}

export interface SchemaRule extends Rule {
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
  readonly code?: FindingCode | undefined;
  /** A pattern over the object's name, `*` for any text. */
  readonly object: string;
  readonly reason: string;
  /** The last day that it holds, as in `2026-12-31`; default for ever. */
  readonly until?: string | undefined;
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
  readonly schemas: Named<SchemaRule>;
  readonly migrations: readonly MigrationRule[];
  readonly ignore: readonly IgnoreRule[];
}
