export type ProviderName = "neon" | "docker" | "embedded" | "existing";

/** Why a provider cannot provide a database. A provider that refuses has created nothing, or has deleted what it created. */
export interface Refusal {
  readonly kind: "refusal";
  readonly provider: ProviderName;
  /** Stable code for programs, such as `no-key`, `branch-limit` or `no-binaries`. */
  readonly code: string;
  /** What is missing; one line. */
  readonly text: string;
  /** What the user can do about it; one line. */
  readonly remedy?: string | undefined;
  /** What avoids the attempt, for a provider that is skipped in each run. One sentence. */
  readonly hint?: string | undefined;
  /** Whether the next configured provider may be used instead. */
  readonly mayFallBack: boolean;
  /** Whether databases of ours may exist there nevertheless. Then they are searched for, and an outage is reported. */
  readonly mayHaveDatabases?: boolean | undefined;
}
