import type { Finding, FoundObject, Severity } from "./finding.ts";

/** A finding in words. */
export interface Message {
  /** What is wrong. Reports write it after the name of the object: `app.orders: table is missing`. */
  readonly problem: string;
  /** Facts, one per line. */
  readonly details: readonly string[];
  /** What to do. */
  readonly remedy: string;
}

/** Everything that reports need to know about one code. */
export interface FindingKind<F> {
  /** The severity unless a rule sets another. */
  readonly severity: Severity;
  /** What is wrong, in a few words, without the name of the object. */
  readonly title: string;
  /** The page that explains the code, as a path in this package: `docs/rules/index-invalid.md`. */
  readonly page: string;
  readonly message: (facts: F, object: FoundObject) => Message;
}

/** The kinds of a room by code, where `F` gives the facts of each code. */
export type KindsOf<F> = { readonly [C in keyof F]: FindingKind<F[C]> };

/** The command that produces findings. Each room registers its own, so that the reports know no room. */
export interface FindingSource {
  /** As it is typed after `offshoot`: `audit`, `check worker`. */
  readonly command: string;
  /** What the command looks at, in one lower-case word: `schema`. */
  readonly subject: string;
  /** A sentence without its period for a report without findings: `The schema is as expected`. */
  readonly passed: string;
  /** The file for findings that have none, in formats that require a file. */
  readonly file: string;
  readonly kinds: Readonly<Record<string, FindingKind<never>>>;
}

/** The kind of a finding. Throws for a code that the source did not register. */
export function kindOf({ code }: Pick<Finding, "code">, { command, kinds }: FindingSource): FindingKind<never> {
  const kind = kinds[code];
  if (kind === undefined) throw new Error(`offshoot ${command} did not register the finding ${code}.`);
  return kind;
}

/** A finding in words. */
export function messageFor(finding: Finding, source: FindingSource): Message {
  // The source pairs each code with its facts, which TypeScript cannot follow through a lookup.
  return kindOf(finding, source).message(finding.facts as never, finding.object);
}

/** A detail such as `found: CREATE INDEX …`, in one line; nothing where there is no text. */
export function detail(label: string, text: string | undefined): readonly string[] {
  return text === undefined ? [] : [`${label}: ${text.replaceAll(/\s+/g, " ").trim()}`];
}
