import type { CommonOptions } from "../../context/context.ts";
import type { Severity } from "../../findings/finding.ts";

export interface CheckWorkerOptions extends Pick<CommonOptions, "cwd" | "env" | "signal" | "onEvent" | "config" | "settings"> {
  /** The worker's command and its arguments; it is started without a shell. Give one of this and the next four, or only `log`. */
  readonly command?: readonly string[] | undefined;
  /** The process id of a worker that runs. */
  readonly pid?: number | undefined;
  /** A file with the process id of a worker that runs. */
  readonly pidFile?: string | undefined;
  /** A pattern for the command line of a worker that runs, as for `pgrep -f`. */
  readonly match?: string | undefined;
  /** Name or id of the worker's container. */
  readonly container?: string | undefined;
  /** The file to which the worker writes its log. It is followed when it is rotated. */
  readonly log?: string | undefined;
  /** How long the worker must run, such as `30s`; default `10s`. */
  readonly for?: string | undefined;
  /** How many lines it must write, on stdout, stderr and in its log file together; default 1, and 0 when it has no log to read. */
  readonly lines?: number | undefined;
  /** A text that one of its lines must contain; default none. */
  readonly ready?: string | undefined;
  /** Regular expressions, each of which must match a line; default none. */
  readonly must?: readonly string[] | undefined;
  /** Regular expressions that must not match a line; default none. */
  readonly mustNot?: readonly string[] | undefined;
  /** How old the last line can be at the end, such as `30s`; default any age. */
  readonly fresh?: string | undefined;
  /** How often it can end and start again; default never, and once for a program that a started command runs. */
  readonly restarts?: number | undefined;
  /** How long to wait for a worker that is not found, and for its lines; default `30s`, and at least as long as `for`. */
  readonly within?: string | undefined;
  /** How long it may take to end after SIGTERM; default `10s`. Only a worker that is started here is stopped. */
  readonly grace?: string | undefined;
  /** The lowest severity that fails the check; default `error`. */
  readonly failOn?: Severity | undefined;
}
