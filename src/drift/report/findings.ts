import type { FindingOf } from "../../findings/finding.ts";
import { detail, type FindingSource, type KindsOf } from "../../findings/kind.ts";
import type { Change, ChangedKind } from "../change.ts";
import { type Compared, groupsOf } from "./compared.ts";

/** The facts of each finding by its code. */
interface DriftFacts {
  readonly "object-missing": { readonly expected: string };
  readonly "object-different": { readonly differences: readonly string[] };
  readonly "object-extra": { readonly found: string };
}

export type DriftFinding = FindingOf<DriftFacts, ChangedKind>;

/** Each change as a finding. All of them are errors. */
export function findingsOf({ changes }: Pick<Compared, "changes">): readonly DriftFinding[] {
  return groupsOf(changes).flatMap((group) => group.changes.map(findingOf));
}

function findingOf({ change, kind, object, detail: text, differences }: Change): DriftFinding {
  const about = { severity: "error", object: { kind, name: object } } as const;
  if (change === "missing") return { ...about, code: "object-missing", facts: { expected: text } };
  if (change === "extra") return { ...about, code: "object-extra", facts: { found: text } };
  const facts = differences.map(({ property, expected = "none", actual = "none" }) => `${property}: ${expected} expected, ${actual} found`);
  return { ...about, code: "object-different", facts: { differences: facts } };
}

const MIGRATE =
  "If the expected schema is right, change the actual schema. `offshoot drift --repair FILE` writes the SQL when neither side is a spec. If the actual schema is right";

const KINDS: KindsOf<DriftFacts> = {
  "object-missing": {
    severity: "error",
    title: "An expected object is missing",
    page: "docs/drift.md",
    message: ({ expected }, { kind }) => ({
      problem: `${kind} is missing`,
      details: detail("expected", expected === "" ? undefined : expected),
      remedy: `${MIGRATE}, drop the object in a migration.`,
    }),
  },
  "object-different": {
    severity: "error",
    title: "An object differs from the expected one",
    page: "docs/drift.md",
    message: ({ differences }, { kind }) => ({
      problem: `${kind} differs from the expected one`,
      details: differences.map((difference) => difference.replaceAll(/\s+/g, " ").trim()),
      remedy: `${MIGRATE}, change the object in a migration.`,
    }),
  },
  "object-extra": {
    severity: "error",
    title: "An object is not expected",
    page: "docs/drift.md",
    message: ({ found }, { kind }) => ({
      problem: `${kind} is not expected`,
      details: detail("found", found === "" ? undefined : found),
      remedy: `${MIGRATE}, create the object in a migration.`,
    }),
  },
};

/** The findings of `offshoot drift`, for the reports. */
export const DRIFT: FindingSource = {
  command: "drift",
  subject: "drift",
  passed: "The schemas are equal",
  file: "offshoot.yaml",
  kinds: KINDS,
};
