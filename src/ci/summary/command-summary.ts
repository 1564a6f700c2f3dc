/** One phase of a command, on the command's own clock. */
export interface PhaseSummary {
  readonly phase: string;
  readonly text: string;
  /** Milliseconds from the command's start. */
  readonly startMs: number;
  readonly ms: number;
  readonly failed: boolean;
}

/** What one command did, for a page that people read after the job. No text of it holds a secret. */
export interface CommandSummary {
  /** As in `offshoot run`. */
  readonly title: string;
  readonly job: string | undefined;
  readonly run: string | undefined;
  readonly database: { readonly name: string; readonly provider: string; readonly expiresAt: Date | undefined } | undefined;
  /** Providers that were passed over, in order, and why. */
  readonly refusals: readonly { readonly provider: string; readonly text: string }[];
  readonly phases: readonly PhaseSummary[];
  /** What was noted on the way: who was waited for, what was started over. */
  readonly notes: readonly string[];
  /** What an audit found, as Markdown. */
  readonly findings: string | undefined;
  /** The error that ended the command, in two or three lines. */
  readonly failure: string | undefined;
  /** Exit status of the user's own command, where it was run and failed. */
  readonly exitCode: number;
  /** What stays, and until when. */
  readonly kept: string | undefined;
}
