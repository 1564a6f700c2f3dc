/** The facts of each finding by its code. All facts are texts or lists of texts, so that every report can show them. */
export interface CheckFacts {
  /** There was no answer, or it was not HTTP. */
  readonly "endpoint-unreachable": { readonly why: string };
  /** The answer began, and its rest was missing or not in its encoding. */
  readonly "endpoint-unreadable": { readonly why: string };
  readonly "endpoint-status": { readonly status: string };
  /** Prometheus 3 does not read the answer, because it does not know its format. */
  readonly "endpoint-content-type": { readonly why: string };
  /** The answer is not in the format that its Content-Type names. */
  readonly "endpoint-format": { readonly line: string; readonly text: string; readonly why: string };
  readonly "metric-missing": { readonly nearest?: string | undefined };
  readonly "metric-type": { readonly expected: string; readonly actual: string };
  /** The metric is declared, but has no value. */
  readonly "metric-empty": { readonly type: string };
  /** Prometheus keeps one of the values. */
  readonly "series-twice": { readonly line: string };
  /** The parts of one metric are not together, or two metrics have one name. */
  readonly "type-twice": { readonly line: string };
  /** The values before the line have no type. */
  readonly "type-late": { readonly line: string };

  /** The worker ended before the time that it must run. */
  readonly "worker-ended": { readonly how: string; readonly after: string; readonly tail: readonly string[] };
  /** The worker wrote fewer lines than expected: its output is buffered, or it does nothing. */
  readonly "worker-few-lines": {
    readonly lines: string;
    readonly expected: string;
    readonly within: string;
    readonly buffered?: string | undefined;
  };
  readonly "worker-not-ready": { readonly text: string; readonly within: string; readonly tail: readonly string[] };
  /** There is no such process, container or file. */
  readonly "worker-not-found": { readonly why: string; readonly within: string | undefined };
  /** A process or container ended and was started again, `times` times. */
  readonly "worker-restarts": { readonly program: string; readonly times: string };
  readonly "worker-line-missing": { readonly pattern: string; readonly within: string; readonly tail: readonly string[] };
  readonly "worker-line-forbidden": { readonly pattern: string; readonly lines: readonly string[] };
  readonly "worker-log-old": { readonly age: string; readonly limit: string };
  /** Lines of the log report failures. */
  readonly "worker-log-failures": { readonly lines: readonly string[] };
  /** The worker did not end after the signal and was killed. */
  readonly "worker-killed": { readonly signal: string; readonly grace: string; readonly processes: readonly string[] };
  /** These processes continued after the worker, and were ended. */
  readonly "worker-children-left": { readonly processes: readonly string[] };

  /** Jobs that can run at the same time migrate one database. `event`: what starts them, when they are in several workflows. */
  readonly "migrates-twice": {
    readonly jobs: readonly string[];
    readonly command: string;
    readonly database?: string | undefined;
    readonly event?: string | undefined;
  };
  /** The job uses the database that the job `migrates` migrates, and does not wait for it. */
  readonly "not-after-migration": { readonly migrates: string; readonly command: string };
  readonly "migration-failure-hidden": { readonly command: string; readonly by: HiddenBy };
  readonly "migrates-through-pooler": { readonly variable: string; readonly value: string };
  readonly "secret-in-output": { readonly output: string; readonly value: string };
  readonly "needs-missing": { readonly job: string; readonly expression: string };
  /** `source`: the job, step, action or workflow that should declare it. */
  readonly "output-missing": { readonly source: string; readonly output: string; readonly nearest?: string | undefined };
  /** Outputs are texts. */
  readonly "output-as-boolean": { readonly expression: string };
  readonly "condition-is-text": { readonly condition: string };
  /** The job has a fallback for the job `needs`, which is skipped unless its condition is true. */
  readonly "fallback-skipped": { readonly needs: string; readonly condition: string };
  /** No workflow contains a step that `--require` names. `add`: the step as YAML. */
  readonly "step-missing": { readonly step: string; readonly purpose: string; readonly add: readonly string[] };
  readonly "branch-left": { readonly uses: string };
  readonly "cleanup-skipped": { readonly step: string };
  readonly "untrusted-checkout": { readonly ref: string };
  readonly "output-buffered": { readonly command: string };
  readonly "increment-ends-script": { readonly command: string };
}

export type CheckCode = keyof CheckFacts;

/** Why a step succeeds although a command of it failed. */
export type HiddenBy =
  | "a pipe"
  | "continue-on-error"
  | "continue-on-error of the job"
  | "the command after ||"
  | "set +e"
  | "a shell without -e"
  | "&";
