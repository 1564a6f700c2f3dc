import type { PartResult } from "../../events.ts";

/** One phase of a command, with times relative to the start of the command. */
export interface PhaseSummary {
  readonly phase: string;
  readonly text: string;
  /** Milliseconds since the start of the command. */
  readonly startMs: number;
  readonly ms: number;
  readonly failed: boolean;
}

/** What one command did, for a page that people read after the job. None of its texts contains a secret. */
export interface CommandSummary {
  /** Such as `offshoot run`. */
  readonly title: string;
  readonly job: string | undefined;
  readonly run: string | undefined;
  readonly database: SummarizedDatabase | undefined;
  /** The skipped providers in order, each with the reason. */
  readonly refusals: readonly { readonly provider: string; readonly text: string }[];
  readonly phases: readonly PhaseSummary[];
  /** Further events, such as waiting for another job or a second attempt. */
  readonly notes: readonly string[];
  /** The findings of an audit, as Markdown. */
  readonly findings: string | undefined;
  /** The results for the page of the pull request. Default none. */
  readonly parts?: readonly PartResult[] | undefined;
  /** The error that ended the command, in two or three lines. */
  readonly failure: string | undefined;
  /** The same without the output of a failed command, for a page that more people can read. Default: equal. */
  readonly failureWithoutOutput?: string | undefined;
  /** Exit status of the user's own command, if it was run and failed. */
  readonly exitCode: number;
  readonly kept: Kept | undefined;
}

/** The database of the command. */
export interface SummarizedDatabase {
  readonly name: string;
  readonly provider: string;
  readonly expiresAt: Date | undefined;
  /** The provider's own id, such as that of a Neon branch. */
  readonly id: string;
  /** The page of the database in the provider's console, if it has one. */
  readonly consoleUrl: string | undefined;
}

/** A database that was not deleted. */
export interface Kept {
  /** Why and how long it is kept, and what the commands do. */
  readonly text: string;
  /** What to do with it, one command a line. */
  readonly commands: readonly string[];
}
