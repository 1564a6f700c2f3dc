import type { GithubEvent } from "./event.ts";
import type { Context } from "./expression/value.ts";
import type { Results } from "./graph.ts";
import type { Machine } from "./machine.ts";
import type { Grace } from "./process.ts";
import type { ServiceText, WorkflowText } from "./text.ts";

/** What to run, and the world around it. */
export interface WorkflowRun {
  /** The workflow's file. */
  readonly yaml: string;
  /** The folder that `actions/checkout` copies into a job's workspace, without `node_modules` and `.git`. */
  readonly repository: string;
  readonly event: GithubEvent;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, string>>;
  /** Further environment of a job's machine, `PATH` among it; the process's own is not handed on. */
  readonly env: (job: string, folder: string) => Readonly<Record<string, string>>;
  /** Folders of the actions that steps use by `owner/name@version`. */
  readonly actions?: Readonly<Record<string, string>>;
  /** Has a service of a job running; the ports of this machine at which its own are reached, such as `{ 5432: "49153" }`. */
  readonly service?: (service: ServiceText) => Promise<Readonly<Record<string, string>>>;
  /** Results of the attempt before: only what failed or was cancelled runs again, and what needs it. */
  readonly earlier?: Results;
  readonly cancel?: AbortSignal;
  /** Hears of each job that starts. */
  readonly started?: (job: string) => void;
  /** Looks at a job's machine before it is thrown away. */
  readonly leaving?: (machine: Machine) => Promise<void>;
  /** Milliseconds of a minute in `timeout-minutes`. Default 60 000. */
  readonly minuteMs?: number;
  /** Default GitHub's. */
  readonly grace?: Grace;
}

/** A run whose workflow was read. */
export interface Prepared {
  readonly run: WorkflowRun;
  readonly workflow: WorkflowText;
  readonly place: string;
  readonly event: GithubEvent;
  readonly secrets: Readonly<Record<string, string>>;
  readonly context: Context;
  readonly cancel: AbortSignal;
  /** Ends everything when the runner itself can't go on. */
  readonly broken: AbortController;
}
