import type { CommonOptions } from "../context/context.ts";

/** What a process of a test runner asks the process that holds the suite's databases. One JSON object in each line. */
export type SuiteRequest =
  /** The suite is wanted until this connection closes. The reply comes when the database is migrated. */
  | { readonly op: "attach" }
  /** Gives up the suite. The reply comes when its databases are deleted, if this was the last process. */
  | { readonly op: "end" }
  /** A clone for this worker. `file`: a new one; the worker's earlier ones are deleted. `worker`: the same one each time. */
  | { readonly op: "take"; readonly worker: string; readonly per: "file" | "worker" | "extra"; readonly file?: string | undefined }
  | { readonly op: "reset"; readonly clone: string; readonly force: boolean }
  | { readonly op: "drop"; readonly clone: string }
  /** The test file that uses a clone, so that another process can report its failure. */
  | { readonly op: "uses"; readonly clone: string; readonly file: string }
  | ({ readonly op: "failed" } & Failure);

/** What failed, and in which clone: that one, the one of a test file, or the one of a worker. */
export interface Failure {
  readonly clone?: string | undefined;
  readonly file?: string | undefined;
  readonly worker?: string | undefined;
  /** The names of the failed tests. */
  readonly tests: readonly string[];
  /** The name of the file in which something else failed than a test: a hook, or the import of a module. */
  readonly title?: string | undefined;
}

/** The connection strings of a clone, as environment variables. */
export type CloneVariables = Readonly<Record<string, string>>;

/** The answer to a request, with what each request returns. */
export interface SuiteReply {
  readonly id: number;
  /** What was written for people meanwhile. */
  readonly lines?: readonly string[];
  readonly clone?: { readonly name: string; readonly variables: CloneVariables };
  readonly error?: SuiteError;
}

export interface SuiteError {
  readonly code: string;
  readonly message: string;
  readonly meaning: string | undefined;
  readonly remedy: string | undefined;
}

/** A line between a request and its reply: what happens, for people. */
export interface SuiteNote {
  readonly note: string;
}

/** What the process that holds the suite's databases gets at its start. */
export interface HolderRequest {
  /** Path of the socket, or name of the pipe on Windows. */
  readonly socket: string;
  readonly options: Pick<CommonOptions, "cwd" | "config"> & { readonly settings?: Readonly<Record<string, unknown>> | undefined };
  readonly keepOnFailure: boolean;
  /** Whether the tests run below a command of offshoot that has a database. The holder itself has no mark of that command. */
  readonly isNested: boolean;
  /** How many clones are made in advance. */
  readonly spares: number;
  /** The suite ends with this process. Undefined: when no process is attached to it any more. */
  readonly watch?: number | undefined;
}

/** The name under which a web server and all workers of Playwright share a clone. */
export const SERVER = "server";

/** The longest line in characters. */
export const MOST_LINE = 1_000_000;

/** Milliseconds after which a holder process without a caller ends. */
export const ATTACH_MS = 20_000;
