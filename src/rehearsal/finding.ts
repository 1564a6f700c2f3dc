import type { FindingOf, FoundObject, Place, Severity } from "../findings/finding.ts";
import { CODES } from "./codes.ts";
import type { RehearsalCode, RehearsalFacts } from "./facts.ts";

export type RehearsedObject = FoundObject<"table" | "sequence" | "migration" | "setting" | "statement">;

/** One problem that a rehearsal found, as data. */
export type RehearsalFinding = FindingOf<RehearsalFacts, RehearsedObject["kind"]>;

export interface FoundOptions {
  readonly at?: Place | undefined;
  readonly severity?: Severity | undefined;
  readonly reason?: string | undefined;
}

/** Makes a finding with the severity of its code, unless another one is given. */
export function found<C extends RehearsalCode>(
  code: C,
  object: RehearsedObject,
  facts: RehearsalFacts[C],
  { at, severity, reason }: FoundOptions = {},
): RehearsalFinding {
  return {
    code,
    severity: severity ?? CODES[code].severity,
    object,
    facts,
    ...(reason === undefined ? {} : { reason }),
    ...(at === undefined ? {} : { at }),
    // The parameter types pair the code with its facts.
  } as RehearsalFinding;
}
