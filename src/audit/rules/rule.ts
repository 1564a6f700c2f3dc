import type { Finding, FindingCode, FactsByCode, FoundObject, Severity } from "../../findings/finding.ts";
import { SEVERITY } from "../../findings/finding.ts";
import type { Lookup } from "../../catalog/lookup.ts";
import type { Rule, Spec } from "../spec/spec.ts";
import type { DatabaseState } from "../state/state.ts";

/** What is known of the migrations in the repository, through its migration tool. */
export interface RepositoryMigrations {
  /** The versions that a database has which is up to date: one, unless the migrations branch. */
  readonly heads: readonly string[];
  /** Every version there is; undefined: not known, then no version is told as unknown. */
  readonly known?: readonly string[] | undefined;
  /** Whether a version table holds one row for each migration, or the heads alone. Default `heads`. */
  readonly holds?: "all" | "heads" | undefined;
  /** What the tool's own table in this database says, for specs that ask for the heads. */
  readonly ledger?: LedgerReading | undefined;
}

/** A tool's version table beside the migrations of the repository. */
export interface LedgerReading {
  readonly tool: string;
  /** Quoted, with its schema. */
  readonly table: string;
  /** Why it can't be read; undefined: it was. */
  readonly unreadable?: FactsByCode["version-unreadable"]["why"] | undefined;
  /** As people call them: the newest migrations of the repository, and of those that are applied. */
  readonly expected: readonly string[];
  readonly actual: readonly string[];
  /** Of `expected`, those that should be one. */
  readonly several: readonly string[];
  readonly pending: readonly string[];
  readonly unknown: readonly string[];
}

/** What a check may look at. */
export interface Subject extends Lookup {
  readonly spec: Spec | undefined;
  readonly state: DatabaseState;
  readonly repository: RepositoryMigrations | undefined;
  readonly now: Date;
}

/** One kind of question to a database. Pure: the same subject gives the same findings. */
export type Check = (subject: Subject) => readonly Finding[];

/** Where a finding comes from, when a spec asked. */
export interface Origin {
  readonly file: string;
  readonly rule: Pick<Rule, "line" | "reason" | "severity">;
}

/** Makes a finding with its code's severity, or the one that the rule wants. */
export function finding<C extends FindingCode>(code: C, object: FoundObject, facts: FactsByCode[C], origin?: Origin): Finding {
  const { file, rule } = origin ?? {};
  return {
    code,
    severity: rule?.severity ?? SEVERITY[code],
    object,
    facts,
    ...(rule?.reason === undefined ? {} : { reason: rule.reason }),
    ...(rule === undefined || file === undefined ? {} : { at: { file, line: rule.line } }),
    // The code and its facts belong together by the parameter's type.
  } as Finding;
}

/** The same finding, milder or worse than its code usually is. */
export function as(severity: Severity, found: Finding): Finding {
  return { ...found, severity };
}
