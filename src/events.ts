/**
 * What happens while a command works, as data. Library callers may listen through `report`; the CLI renders
 * it on stderr. Texts are for people and hold no secret.
 */
export type Event =
  | { readonly kind: "phase"; readonly phase: Phase; readonly state: "start"; readonly text: string }
  | { readonly kind: "phase"; readonly phase: Phase; readonly state: "end" | "failed"; readonly text: string; readonly ms: number }
  | { readonly kind: "note" | "warning"; readonly text: string }
  /** A provider that was passed over, and why. */
  | { readonly kind: "refusal"; readonly provider: string; readonly code: string; readonly text: string }
  /** Who asks, and whether the pull request is to hear of it: the first event of each command. */
  | {
      readonly kind: "run";
      readonly repository: string;
      readonly pullRequest: number | undefined;
      /** The CI's id of this triggering. */
      readonly invocation: string | undefined;
      readonly attempt: number;
      readonly shard: string | undefined;
      readonly comment: boolean;
    }
  /** A database is held from here on: what would stay if everything stopped now. */
  | {
      readonly kind: "database";
      readonly name: string;
      readonly provider: string;
      readonly run: string;
      readonly expiresAt: Date | undefined;
    }
  /** What an audit found: for a page, as Markdown, and for the margins of files. Sent where there is something. */
  | {
      readonly kind: "findings";
      readonly markdown: string;
      readonly marks: readonly {
        readonly severity: "error" | "warning" | "info";
        readonly title: string;
        readonly message: string;
        /** From the top of the repository. */
        readonly file: string;
        readonly line: number;
      }[];
    }
  /** A call that is tried again. */
  | { readonly kind: "retry"; readonly text: string; readonly attempt: number; readonly waitMs: number }
  /** Output of a command that we run, as it came. */
  | { readonly kind: "output"; readonly stream: "stdout" | "stderr"; readonly chunk: Uint8Array };

export type Phase = "up" | "migrate" | "wait" | "audit" | "command" | "down" | "sweep" | "rollback" | "drift";

export type Listener = (event: Event) => void;

/** The listener for callers that don't listen. */
export const silent: Listener = () => {};
