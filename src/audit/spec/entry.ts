import type { Severity } from "../../findings/finding.ts";

/** Whether a section lists what must be there, or all that may be there. */
export type Mode = "at least" | "exactly";

/** What every entry of a spec may carry. */
export interface Entry {
  /** Line of the entry in the spec file. */
  readonly line: number;
  /** The name holds a star: every object whose name matches must fulfil what is said, listed by itself or not. */
  readonly pattern?: true | undefined;
  /** Of a pattern: at least one object must match. Default false. */
  readonly required?: true | undefined;
  /** True for a name alone: it asks for existence and nothing more. */
  readonly nameOnly: boolean;
  /** The object must not exist. */
  readonly absent?: boolean | undefined;
  readonly reason?: string | undefined;
  /** Of the findings that breaking the entry makes. */
  readonly severity?: Severity | undefined;
}

/** What may be said of nearly every object. Silence demands nothing, under "exactly" too: it differs between servers. */
export interface DescribedEntry extends Entry {
  /** Null for none. */
  readonly comment?: string | null | undefined;
}

/** For objects that have rights: all that others than the owner have, by role, such as `select` or, to be passed on, `select*`. */
export interface GrantedEntry extends DescribedEntry {
  readonly grants?: Readonly<Record<string, readonly string[]>> | undefined;
}

export type EntriesByName<R extends Entry> = ReadonlyMap<string, R>;
