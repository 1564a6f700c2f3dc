/**
 * What happens while a command works. Library callers receive events through `onEvent`; the CLI shows them on stderr.
 * Texts are for people, and contain no secrets.
 */
export type Event =
  | { readonly kind: "phase"; readonly phase: Phase; readonly state: "start"; readonly text: string }
  | {
      readonly kind: "phase";
      readonly phase: Phase;
      readonly state: "end" | "failed";
      readonly text: string;
      readonly ms: number;
      /** What a person wants to know of the result; the first one is the subject of the others. Default: the text. */
      readonly facts?: readonly string[] | undefined;
      /** Of `failed`: the command was cancelled, by a signal or by its caller. Default false. */
      readonly cancelled?: boolean | undefined;
    }
  | { readonly kind: "warning"; readonly text: string }
  /**
   * `isPassing`: true only until the next event of its phase, such as what is waited for. `isResult`: it names what was not done, so
   * it is not progress.
   */
  | { readonly kind: "note"; readonly text: string; readonly isPassing?: boolean; readonly isResult?: boolean }
  /** How offshoot works inside: shown with `--verbose`. */
  | { readonly kind: "detail"; readonly text: string }
  /** What the present phase does now, or waits for. Only for a display that changes. */
  | { readonly kind: "status"; readonly text: string }
  /** How many of the new migrations the database has, while they run. Only with the option `progress`. */
  | { readonly kind: "progress"; readonly done: number; readonly of: number }
  /** A provider that was skipped, and why. */
  | { readonly kind: "refusal"; readonly provider: string; readonly code: string; readonly text: string }
  /** The run, and whether to comment on the pull request. The first event of each command. */
  | {
      readonly kind: "run";
      /** The run's key. */
      readonly key: string;
      /** The name of the run's database. */
      readonly name: string;
      readonly repository: string;
      readonly pullRequest: number | undefined;
      /** The CI service's id of this pipeline run. */
      readonly invocation: string | undefined;
      readonly attempt: number;
      readonly shard: string | undefined;
      readonly comment: boolean;
      /** Whether that comment may show the output of a failed command. */
      readonly commentOutput: boolean;
    }
  /** A database was acquired. It would be left behind if the process was killed now. */
  | {
      readonly kind: "database";
      readonly id: string;
      /** The page of the database in the provider's console, if it has one. */
      readonly consoleUrl: string | undefined;
      readonly name: string;
      readonly provider: string;
      readonly run: string;
      readonly expiresAt: Date | undefined;
    }
  /** Findings: as Markdown for the page of a CI job, and as annotations of files. Only emitted when there are findings. */
  | {
      readonly kind: "findings";
      /** A later event with the same topic replaces an earlier one on the page. */
      readonly topic?: Topic | undefined;
      readonly markdown: string;
      readonly annotations: readonly {
        readonly severity: "error" | "warning" | "info";
        readonly title: string;
        readonly message: string;
        /** Relative to the root of the repository. Missing for a finding that is not about a file. */
        readonly file?: string;
        readonly line?: number;
      }[];
    }
  /** The result of one part of a command, for the page of a pull request. */
  | ({ readonly kind: "result" } & PartResult)
  /** A call that will be repeated. */
  | { readonly kind: "retry"; readonly text: string; readonly attempt: number; readonly waitMs: number }
  /** Output of a command that offshoot runs, in whole lines if possible. The secrets that offshoot knows are removed. */
  | { readonly kind: "output"; readonly stream: "stdout" | "stderr"; readonly chunk: Uint8Array };

/** What a result is about. */
export const TOPICS = ["schema", "rehearsal", "rollback", "drift", "audit", "migrations"] as const;
export type Topic = (typeof TOPICS)[number];

/** A result in one line, and more for people who look for it. */
export interface PartResult {
  readonly topic: Topic;
  /** `none`: there is nothing to look at. `problem`: it fails the command, or should be fixed. */
  readonly weight: "none" | "some" | "problem";
  /** Such as `2 added, 1 removed`. */
  readonly text: string;
  /** Empty: the text says everything. */
  readonly markdown: string;
}

/** `step`: one of several steps of the migrations, within `migrate`. */
export type Phase =
  | "up"
  | "reset"
  | "snapshot"
  | "restore"
  | "migrate"
  | "step"
  | "wait"
  | "audit"
  | "metrics"
  | "worker"
  | "workflow"
  | "command"
  | "down"
  | "sweep"
  | "rollback"
  | "rehearsal"
  | "drift"
  | "diff";

export type Listener = (event: Event) => void;

/** A listener that ignores all events. */
export const silent: Listener = () => {};
