import { Document, isCollection } from "yaml";
import { compareText } from "../../findings/order.ts";
import type { AuditFinding } from "../finding.ts";
import { type Accepted, type Baseline, compareWithBaseline, entryOf, keyOf } from "./baseline.ts";
import { isAcceptable } from "./identity.ts";

export interface NewBaseline {
  readonly text: string;
  readonly accepted: number;
  readonly added: number;
  /** Entries that were removed because their finding no longer exists. */
  readonly removed: readonly Accepted[];
  /** Findings that are not accepted, and why. */
  readonly left: readonly AuditFinding[];
}

export interface Acceptance {
  readonly findings: readonly AuditFinding[];
  /** Undefined: there is no baseline yet. */
  readonly before: Baseline | undefined;
  /** Whether the audit compared the schema with a spec. */
  readonly hasSpec: boolean;
  /** Why new findings are accepted. Undefined: an existing baseline only shrinks. */
  readonly reason: string | undefined;
  readonly now: Date;
}

/** The reason of the entries of a first baseline. */
const FIRST_REASON = "It existed when the audit was introduced.";

/**
 * The next text of a baseline. The first baseline accepts every finding that can be accepted. Later it only loses the
 * entries whose finding no longer exists, unless there is a reason to accept the new findings too. Pure.
 */
export function nextBaseline({ findings, before, hasSpec, reason, now }: Acceptance): NewBaseline {
  const { open, outdated } = compareWithBaseline(findings, before ?? { accepted: [] }, hasSpec);
  const why = reason ?? (before === undefined ? FIRST_REASON : undefined);
  const acceptable = why === undefined ? [] : open.filter(isAcceptable);
  const added = [...new Map(acceptable.map((found) => [keyOf(entryOf(found)), found])).values()];
  const since = now.toISOString().slice(0, 10);
  // The entry of a finding that became more severe is replaced.
  const replaced = new Set(added.map((found) => keyOf(entryOf(found))));
  const kept = (before?.accepted ?? []).filter((entry) => !outdated.includes(entry) && !replaced.has(keyOf(entry)));
  const entries = [...kept, ...added.map((found) => ({ ...entryOf(found), since, reason: why ?? "" }))];
  return {
    text: render(entries),
    accepted: entries.length,
    added: added.length,
    removed: outdated,
    left: open.filter((found) => !acceptable.includes(found)),
  };
}

const HEADER = ` Findings of "offshoot audit" that were accepted, so that only new ones fail. "offshoot audit --baseline" wrote this file, and
 removes each entry whose finding no longer exists. A finding that becomes more severe than its entry is reported again.`;

/** One entry on each line, in a fixed order, so that diffs are easy to read. */
function render(entries: readonly Omit<Accepted, "line">[]): string {
  const sorted = entries.toSorted(
    (a, b) => compareText(a.object, b.object) || compareText(a.code, b.code) || compareText(a.detail ?? "", b.detail ?? ""),
  );
  const document = new Document({
    version: 1,
    accepted: sorted.map(({ object, kind, code, detail, severity, since, reason }) => ({
      object,
      kind,
      code,
      ...(detail === undefined ? {} : { detail }),
      severity,
      since,
      reason,
    })),
  });
  document.commentBefore = HEADER;
  const list = document.get("accepted");
  if (isCollection(list)) for (const item of list.items) if (isCollection(item)) item.flow = true;
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}
