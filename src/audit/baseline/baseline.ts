import type { Severity } from "../../findings/finding.ts";
import { fails } from "../../findings/finding.ts";
import { byObject, bySeverity } from "../../findings/order.ts";
import type { AuditCode } from "../facts.ts";
import { type AuditFinding, finding, type ObjectKind } from "../finding.ts";
import { detailOf, isAcceptable, needsSpec } from "./identity.ts";

/** One finding that was accepted. */
export interface Accepted {
  readonly object: string;
  readonly kind: string;
  readonly code: AuditCode;
  /** Distinguishes several findings of one code about one object. */
  readonly detail?: string | undefined;
  /** A finding that became more severe is reported again. */
  readonly severity: Severity;
  /** The day on which it was accepted, in UTC. */
  readonly since: string;
  readonly reason: string;
  readonly line: number;
}

/** The findings that were accepted when the audit was introduced. */
export interface Baseline {
  /** As users see it. */
  readonly file: string;
  readonly accepted: readonly Accepted[];
}

export interface Compared {
  /** The findings that are not accepted. Highest severity first. */
  readonly open: readonly AuditFinding[];
  /** The findings that are accepted. */
  readonly hidden: readonly AuditFinding[];
  /** Accepted findings that this audit no longer finds. */
  readonly outdated: readonly Accepted[];
}

/** Compares the findings of an audit with a baseline. Pure. `hasSpec`: whether the audit compared the schema with a spec. */
export function compareWithBaseline(
  findings: readonly AuditFinding[],
  { accepted }: Pick<Baseline, "accepted">,
  hasSpec: boolean,
): Compared {
  const known = new Map(accepted.map((entry) => [keyOf(entry), entry]));
  const hidden = findings.filter((found) => {
    const entry = known.get(keyOf(entryOf(found)));
    return entry !== undefined && isAcceptable(found) && fails({ severity: entry.severity }, found.severity);
  });
  const found = new Set(findings.map((each) => keyOf(entryOf(each))));
  return {
    open: findings.filter((each) => !hidden.includes(each)),
    hidden,
    outdated: accepted.filter((entry) => !found.has(keyOf(entry)) && (hasSpec || !needsSpec(entry.code))),
  };
}

/** The findings that a report shows: those that are not accepted, and one for each accepted finding that no longer exists. */
export function reportedWith({ open, outdated }: Compared, file: string): readonly AuditFinding[] {
  const reminders = outdated.map((entry) =>
    finding(
      "baseline-outdated",
      { kind: entry.kind as ObjectKind, name: entry.object },
      { accepted: entry.code, since: entry.since, why: entry.reason },
      { file, entry: { line: entry.line } },
    ),
  );
  return [...open, ...reminders].toSorted((a, b) => bySeverity(a, b) || byObject(a, b));
}

/** The new entry of a finding, without what a person decides. */
export function entryOf(found: AuditFinding): Omit<Accepted, "since" | "reason" | "line"> {
  const { object, code, severity } = found;
  const detail = detailOf(found);
  return { object: object.name, kind: object.kind, code, ...(detail === undefined ? {} : { detail }), severity };
}

/** Two findings with the same key are the same finding, whatever its severity. */
export function keyOf({ object, kind, code, detail }: Pick<Accepted, "object" | "kind" | "code" | "detail">): string {
  return JSON.stringify([kind, object, code, detail]);
}
