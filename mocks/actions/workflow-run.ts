import type { GithubEvent } from "./event.ts";
import type { Context } from "./expression/value.ts";
import type { Results } from "./graph.ts";
import type { Machine } from "./machine.ts";
import type { Grace } from "./run-process.ts";
import type { ServiceText, WorkflowText } from "./workflow-file.ts";

/** The workflow to run and its environment. */
export interface WorkflowRun {
  /** The workflow's file. */
  readonly yaml: string;
  /** The folder that `actions/checkout` copies into a job's workspace, without `node_modules` and `.git`. */
  readonly repository: string;
  readonly event: GithubEvent;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, string>>;
  /** Additional environment of a job's machine, including `PATH`. Nothing is inherited from this process. */
  readonly env: (job: string, folder: string) => Readonly<Record<string, string>>;
  /** Folders of the actions that steps use by `owner/name@version`. */
  readonly actions?: Readonly<Record<string, string>>;
  /** Starts a service container of a job and returns its mapped ports, such as `{ 5432: "49153" }`. */
  readonly service?: (service: ServiceText) => Promise<Readonly<Record<string, string>>>;
  /** Results of the previous attempt. Only failed and cancelled jobs and their dependants run again. */
  readonly earlier?: Results;
  readonly cancel?: AbortSignal;
  /** Called when a job starts. */
  readonly onJobStart?: (job: string) => void;
  /** Called before a job's machine is removed. */
  readonly beforeRemoval?: (machine: Machine) => Promise<void>;
  /** The length of a minute of `timeout-minutes`, in milliseconds. Default 60,000. */
  readonly minuteMs?: number;
  /** Default: GitHub's pauses. */
  readonly grace?: Grace;
}

/** A run after its workflow file was read. */
export interface Prepared {
  readonly run: WorkflowRun;
  readonly workflow: WorkflowText;
  readonly place: string;
  readonly event: GithubEvent;
  readonly secrets: Readonly<Record<string, string>>;
  readonly context: Context;
  readonly cancel: AbortSignal;
  /** Ends every job when the runner itself fails. */
  readonly broken: AbortController;
}
