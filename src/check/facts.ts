/** What is said about what a gate found, by code. All facts are texts or lists of texts, so that every report can show them. */
export interface FactsByCode {
  /** Nothing answered, or it was not HTTP. */
  readonly "endpoint-unreachable": { readonly why: string };
  readonly "endpoint-status": { readonly status: string };
  /** The answer is not the text format of Prometheus. */
  readonly "endpoint-format": { readonly line: string; readonly text: string; readonly why: string };
  readonly "metric-missing": { readonly nearest?: string | undefined };
  readonly "metric-type": { readonly expected: string; readonly actual: string };
  /** Declared, and without a single value. */
  readonly "metric-empty": { readonly type: string };

  /** The worker was to live and ended. */
  readonly "worker-ended": { readonly how: string; readonly after: string; readonly tail: readonly string[] };
  /** It wrote fewer lines than it should: its output is buffered, or it does nothing. */
  readonly "worker-quiet": { readonly lines: string; readonly wanted: string; readonly within: string };
  readonly "worker-unready": { readonly text: string; readonly within: string; readonly tail: readonly string[] };
  /** Lines that look like failures. */
  readonly "worker-complains": { readonly lines: readonly string[] };
  /** It did not end when it was asked to, and was killed. */
  readonly "worker-stubborn": { readonly signal: string; readonly grace: string };
  /** It ended and left children, which were killed. */
  readonly "worker-left": { readonly after: string };

  /** Jobs that may run at once migrate one database. */
  readonly "migrates-twice": { readonly jobs: readonly string[]; readonly command: string };
  readonly "migration-failure-hidden": { readonly command: string; readonly by: "a pipe" | "continue-on-error" | "what follows ||" };
  readonly "migrates-through-pooler": { readonly variable: string; readonly value: string };
  readonly "secret-in-output": { readonly output: string; readonly value: string };
  readonly "needs-missing": { readonly job: string; readonly expression: string };
  readonly "branch-left": { readonly uses: string };
  readonly "cleanup-skipped": { readonly step: string };
  readonly "untrusted-checkout": { readonly ref: string };
  readonly "output-buffered": { readonly command: string };
  readonly "increment-ends-script": { readonly command: string };
}

export type CheckCode = keyof FactsByCode;
