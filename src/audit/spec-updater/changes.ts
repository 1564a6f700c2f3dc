import type { Document } from "yaml";
import type { AuditFinding, ObjectKind } from "../finding.ts";
import type { Lookup } from "../../catalog/lookup.ts";
import type { Entry } from "../spec/spec.ts";

/** What the database changed, by what findings say, and the file that is edited. */
export interface Changes {
  readonly document: Document;
  readonly found: Lookup;
  isMissing(rule: Entry, kind: ObjectKind, name: string): boolean;
  isUnexpected(kind: ObjectKind, name: string): boolean;
  /** The properties that break this rule. */
  differing(rule: Entry, kind: ObjectKind, name: string): readonly string[];
  /** Whether something that the spec doesn't list belongs to an object. */
  hasUnexpectedBelow(name: string): boolean;
}

/** Sorts findings by what they ask of the file. Rules are told apart by their lines: a pattern is no reason to change an entry. */
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
