import type { Document } from "yaml";
import type { Lookup } from "../../catalog/lookup.ts";
import type { AuditFinding, ObjectKind } from "../finding.ts";
import type { Entry } from "../spec/spec.ts";

/** The changes of the database, from the findings, and the file to update. */
export interface Changes {
  readonly document: Document;
  readonly found: Lookup;
  isMissing(entry: Entry, kind: ObjectKind, name: string): boolean;
  isUnexpected(kind: ObjectKind, name: string): boolean;
  /** The properties of an object that differ from its entry. */
  differing(entry: Entry, kind: ObjectKind, name: string): readonly string[];
  /** Whether an object of this owner is not in the spec. */
  hasUnexpectedBelow(name: string): boolean;
}

/** Groups findings by object. The key contains the line of the entry, so that a finding of a pattern does not change an entry with a name. */
export function changesOf(findings: readonly AuditFinding[], document: Document, found: Lookup): Changes {
  const missing = new Set<string>();
  const unexpected = new Map<string, AuditFinding>();
  const different = new Map<string, string[]>();
  for (const finding of findings) {
    const { kind, name } = finding.object;
    const key = `${finding.at?.line} ${kind} ${name}`;
    if (finding.code === "missing") missing.add(key);
    if (finding.code === "unexpected") unexpected.set(`${kind} ${name}`, finding);
    if (finding.code === "different") different.set(key, [...(different.get(key) ?? []), finding.facts.property]);
  }
  return {
    document,
    found,
    isMissing: ({ line }, kind, name) => missing.has(`${line} ${kind} ${name}`),
    isUnexpected: (kind, name) => unexpected.has(`${kind} ${name}`),
    differing: ({ line }, kind, name) => different.get(`${line} ${kind} ${name}`) ?? [],
    hasUnexpectedBelow: (name) => [...unexpected.values()].some(({ object }) => object.name.startsWith(`${name}.`)),
  };
}
