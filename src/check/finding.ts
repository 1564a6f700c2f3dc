import type { FindingOf, FoundObject, Place } from "../findings/finding.ts";
import { CODES } from "./codes.ts";
import type { CheckCode, CheckFacts } from "./facts.ts";

/** The name of a step is its job, and its name, id, action or number. */
export type CheckedObject = FoundObject<"endpoint" | "metric" | "worker" | "job" | "step" | "script" | "workflow">;

/** One problem that a check found, as data. */
export type CheckFinding = FindingOf<CheckFacts, CheckedObject["kind"]>;

/** Makes a finding with the severity of its code. */
export function found<C extends CheckCode>(code: C, object: CheckedObject, facts: CheckFacts[C], at?: Place): CheckFinding {
  // The parameter types pair the code with its facts.
  return { code, severity: CODES[code].severity, object, facts, ...(at === undefined ? {} : { at }) } as CheckFinding;
}
