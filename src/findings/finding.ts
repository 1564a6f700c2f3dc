/** How much a finding matters. */
export type Severity = "error" | "warning" | "info";

/** Highest severity first. */
export const SEVERITIES: readonly Severity[] = ["error", "warning", "info"];

/** The thing that a finding is about. */
export interface FoundObject<K extends string = string> {
  readonly kind: K;
  /** As people write it. For a database object: quoted and with its schema, such as `app.orders.total`. */
  readonly name: string;
}

/** A line of a file, both as people see them: `file` as it was named, `line` from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** One problem that a command found, as data. Its text comes from a `FindingKind`, its layout from a report format. */
export interface Finding<C extends string = string, F extends object = object, K extends string = string> {
  readonly code: C;
  readonly severity: Severity;
  readonly object: FoundObject<K>;
  /** Texts and lists of texts, so that every report can show them. */
  readonly facts: F;
  /** The author's reason, from the rule of the spec that was broken. */
  readonly reason?: string | undefined;
  /** The place that the finding is about; for a rule of a spec, the line of that rule. */
  readonly at?: Place | undefined;
}

/** The findings of one room. `F` gives the facts of each code. */
export type FindingOf<F extends { readonly [C in keyof F]: object }, K extends string = string> = {
  [C in keyof F & string]: Finding<C, F[C], K>;
}[keyof F & string];

/** Whether a finding fails the command: its severity is `failOn` or higher. */
export function fails({ severity }: Pick<Finding, "severity">, failOn: Severity = "error"): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(failOn);
}
