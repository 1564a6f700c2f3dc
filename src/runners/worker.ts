import { describeError, type ErrorCode, isOffshootError, OffshootError } from "../errors.ts";
import { connectSuite, type SuiteConnection } from "./connection.ts";
import { reportedNames } from "./failed-tests.ts";
import type { SuiteReply } from "./protocol.ts";
import { setVariables, unusableVariables } from "./variables.ts";

/** A clone that a test has for itself. */
export interface TestClone extends AsyncDisposable {
  readonly name: string;
  /** The URL for applications: through the pooler if the provider has one. */
  readonly url: string;
  readonly directUrl: string;
  /** DATABASE_URL, DATABASE_URL_UNPOOLED and the PG* variables of this clone, for processes that a test starts. */
  readonly variables: Readonly<Record<string, string>>;
  /** Deletes the clone. A second call has no effect. `await using` does the same. */
  drop(): Promise<void>;
}

/** The clone of this test file or worker, to which DATABASE_URL leads. */
export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  readonly directUrl: string;
  readonly variables: Readonly<Record<string, string>>;
  /**
   * Replaces the clone by a fresh one with the same URL. Close the connections to it before: with open ones this throws
   * `DATABASE_IN_USE`. With `force` they are ended, which a pool reports as an error: `pool.on("error", () => {})`.
   */
  reset(options?: { readonly force?: boolean }): Promise<void>;
  /** A further clone, with a URL of its own, for one test. */
  clone(): Promise<TestClone>;
}

interface Opened {
  readonly connect: () => Promise<SuiteConnection>;
  readonly clone: NonNullable<SuiteReply["clone"]>;
  readonly worker: string;
}

/** The programs of one runner are files of their own, so they share what they know here. */
const KEY = Symbol.for("offshoot.test-database");
const shared = globalThis as { [KEY]?: Opened | undefined };

export interface WorkerRequest {
  /** Undefined: this project was not set up. */
  readonly socket: string | undefined;
  readonly worker: string;
  readonly per: "file" | "worker";
  /** The test file, where the runner says which one it is. */
  readonly file?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** What to do when the project was not set up, as an imperative. */
  readonly remedy: string;
}

/** Gets this worker its clone and sets the variables, before the modules of the application are loaded. */
export async function openTestDatabase({ socket, worker, per, file, env, remedy }: WorkerRequest): Promise<void> {
  setVariables(env, unusableVariables(remedy));
  shared[KEY] = undefined;
  if (socket === undefined) throw notSetUp(remedy);
  const connection = await connectSuite(socket).catch((thrown: unknown) => Promise.reject(suiteEnded(thrown)));
  const { clone } = await withText(() => connection.call({ op: "take", worker, per, file }));
  if (clone === undefined) throw new TypeError("a clone without a name");
  setVariables(env, clone.variables);
  shared[KEY] = { connect: () => Promise.resolve(connection), clone, worker };
}

/** The same with a clone that another thread has asked for. A connection is opened when it is needed. */
export function adoptTestDatabase(connect: Opened["connect"], clone: Opened["clone"], worker: string): void {
  let opened: Promise<SuiteConnection> | undefined;
  shared[KEY] = { connect: () => (opened ??= connect()), clone, worker };
}

/** A runner prints only the message of an error. So it has all lines. */
async function withText<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw isOffshootError(thrown) ? new SuiteError(thrown.code, thrown) : thrown;
  }
}

/** An expected error with all its lines in the message. */
export class SuiteError extends OffshootError {
  constructor(code: ErrorCode, error: Pick<OffshootError, "message" | "meaning" | "remedy">) {
    super(code, describeError(error), error);
  }
}

/** The clone of this test file or worker. Throws in a process that has none. */
export function testDatabase(): TestDatabase {
  return {
    get name() {
      return current().clone.name;
    },
    get url() {
      return current().clone.variables["DATABASE_URL"] ?? "";
    },
    get directUrl() {
      return current().clone.variables["DATABASE_URL_UNPOOLED"] ?? "";
    },
    get variables() {
      return current().clone.variables;
    },
    async reset(options) {
      const force = forceIn(options);
      const { connect, clone } = current();
      await withText(async () => (await connect()).call({ op: "reset", clone: clone.name, force }));
      // The ends of the connections arrived before the reply. With this a pool sees them before the next query.
      if (force) await new Promise((resolve) => setImmediate(resolve));
    },
    async clone() {
      const { connect, worker } = current();
      const connection = await connect();
      const { clone } = await withText(() => connection.call({ op: "take", worker, per: "extra" }));
      if (clone === undefined) throw new TypeError("a clone without a name");
      let dropped: Promise<unknown> | undefined;
      const drop = async (): Promise<void> => {
        dropped ??= withText(() => connection.call({ op: "drop", clone: clone.name }));
        await dropped.catch((thrown: unknown) => {
          dropped = undefined;
          throw thrown;
        });
      };
      const { name, variables } = clone;
      return {
        name,
        variables,
        url: variables["DATABASE_URL"] ?? "",
        directUrl: variables["DATABASE_URL_UNPOOLED"] ?? "",
        drop,
        [Symbol.asyncDispose]: drop,
      };
    },
  };
}

/** Reports failed tests of this worker. Returns how to open their clone, if it is kept. */
export async function reportFailure(names: readonly string[]): Promise<readonly string[]> {
  const opened = shared[KEY];
  if (opened === undefined || names.length === 0) return [];
  const request = { op: "failed", clone: opened.clone.name, tests: reportedNames(names) } as const;
  return (await (await opened.connect()).call(request)).lines ?? [];
}

/** Says which test file uses this worker's clone, so that a reporter can name it. */
export async function reportFile(file: string): Promise<void> {
  const opened = shared[KEY];
  await (await opened?.connect())?.call({ op: "uses", clone: opened?.clone.name ?? "", file });
}

/** The option `force` of `reset`. JavaScript does not check the argument, and a misspelt option would be ignored. */
function forceIn(options: unknown): boolean {
  if (options === undefined) return false;
  const isObject = typeof options === "object" && options !== null && !Array.isArray(options);
  const { force = false, ...others } = (isObject ? options : { options }) as Readonly<Record<string, unknown>>;
  if (typeof force === "boolean" && Object.keys(others).length === 0) return force;
  throw new SuiteError("USAGE", {
    message: "The argument of reset() is not valid.",
    meaning: "The clone was not reset.",
    remedy: "Call reset(), or reset({ force: true }).",
  });
}

function current(): Opened {
  const opened = shared[KEY];
  if (opened !== undefined) return opened;
  throw new OffshootError("DATABASE_UNKNOWN", "This process has no clone of the database.", {
    meaning: "Only the processes that run tests have one, after the setup of offshoot has run in them.",
    remedy: "See docs/test-runners.md for the configuration of your test runner.",
  });
}

function notSetUp(remedy: string): Error {
  return new SuiteError("DATABASE_UNKNOWN", {
    message: `offshoot: this test project has no database. ${remedy}`,
    meaning: undefined,
    remedy: undefined,
  });
}

function suiteEnded(thrown: unknown): Error {
  const cause = thrown instanceof Error ? thrown.message : String(thrown);
  return new SuiteError("CONNECTION_FAILED", {
    message: `offshoot: the databases of this test run were deleted, or were never created (${cause}).`,
    meaning: undefined,
    remedy: "Start the tests again.",
  });
}
