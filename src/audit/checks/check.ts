import type { Finding, FindingCode, FactsByCode, FoundObject } from "../finding.ts";
import { SEVERITY } from "../finding.ts";
import type { Lookup } from "../lookup.ts";
import type { Rule, Spec } from "../spec/spec.ts";
import type { VersionReading } from "../versions.ts";

/** What a check may look at. */
export interface Subject extends Lookup {
  readonly spec: Spec | undefined;
  /** By quoted table name. */
  readonly versions: ReadonlyMap<string, VersionReading>;
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
