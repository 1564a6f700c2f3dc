import type { Refusal } from "./refusal.ts";

/** One thing that was checked before anything is created. */
export interface Check {
  /** What was checked, such as `project` or `image`. */
  readonly name: string;
  /** `failed`: `acquire` would fail or refuse because of it. */
  readonly state: "ok" | "warning" | "failed";
  /** What was seen; one line. */
  readonly text: string;
  /** What the user can do about it; one line. */
  readonly remedy?: string | undefined;
}

/** What a provider would do for a run, found out without a change. */
export interface Examination {
  /** In the order in which to show them. */
  readonly checks: readonly Check[];
  /** What `acquire` would do, as a phrase such as "create the branch x from main". Undefined when it would fail or refuse. */
  readonly action: string | undefined;
  /** What `acquire` would return in place of a database. */
  readonly refusal: Refusal | undefined;
}
