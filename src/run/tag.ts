/** The name prefix of everything that we create. Deleting needs it *and* a valid owner tag. */
export const NAME_PREFIX = "offshoot/";

/** What is written on everything that we create, so that teardown and sweep can prove that it is ours. */
export interface OwnerTag {
  readonly tool: "offshoot";
  readonly repository: string;
  readonly run: string;
  /** ISO 8601, UTC, whole seconds. */
  readonly created: string;
  /** ISO 8601, UTC, whole seconds; undefined for a base, whose age sweep watches instead. */
  readonly expires: string | undefined;
  readonly kind: "run" | "base";
  readonly ref: string | undefined;
  readonly pullRequest: number | undefined;
  /** Fingerprint that a base was migrated to. */
  readonly fingerprint: string | undefined;
}
