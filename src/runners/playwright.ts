import { programFile } from "../program.ts";
import { checkOptions } from "./check-options.ts";
import { fullName } from "./failed-tests.ts";
import { keepsOnFailure } from "./keeps-on-failure.ts";
import type { DatabaseOptions } from "./options.ts";
import { openTestDatabaseNow } from "./playwright-worker.ts";
import { newSocket } from "./start.ts";
import { reportFailure, testDatabase, type TestDatabase } from "./worker.ts";
import { sayTo } from "./say.ts";

export type { TestClone, TestDatabase } from "./worker.ts";

/** The options of `withDatabase`. */
export type PlaywrightOptions = Omit<DatabaseOptions, "per" | "spares">;

/** The database of this worker: its own clone, or with `webServer` the clone of the server. `DATABASE_URL` leads to it. */
export const database: TestDatabase = testDatabase();

/** The parts of Playwright's configuration that are changed. */
interface Config {
  readonly globalSetup?: string | readonly string[] | undefined;
  readonly webServer?: Server | readonly Server[] | undefined;
  readonly reporter?: string | readonly unknown[] | undefined;
}

interface Server {
  readonly command: string;
}

/** The variable with what the processes of one test run share. */
const SUITE = "OFFSHOOT_PLAYWRIGHT";

export interface PlaywrightSuite {
  readonly socket: string;
  /** The main process, whose end is the end of the web server. */
  readonly main: number;
  readonly options: PlaywrightOptions;
  readonly hasServer: boolean;
}

/**
 * Gives a Playwright project its migrated database: `export default defineConfig(withDatabase({ … }))`. Each worker has a
 * clone of it. With `webServer`, the server and all workers share one clone, so that tests see what the server writes.
 */
export function withDatabase<C extends object>(config: C, options: PlaywrightOptions = {}): C {
  checkOptions("withDatabase()", options, ["per", "spares"]);
  const { globalSetup, webServer, reporter } = config as Config;
  if (process.env["TEST_WORKER_INDEX"] !== undefined) {
    openTestDatabaseNow(readSuite(), process.env);
    return config;
  }
  // Playwright loads the configuration in other processes too, which inherit this. Nothing is started here.
  process.env[SUITE] ??= JSON.stringify({
    socket: newSocket(),
    main: process.pid,
    options,
    hasServer: webServer !== undefined,
  } satisfies PlaywrightSuite);
  return {
    ...config,
    globalSetup: [programFile("runners/playwright-global-setup"), ...[globalSetup ?? []].flat()],
    ...(webServer === undefined ? {} : { webServer: isList(webServer) ? webServer.map(withClone) : withClone(webServer) }),
    ...(keepsOnFailure(options.keepOnFailure, process.env) ? { reporter: withReporter(reporter) } : {}),
  };
}

/** The reporters with one that reports failures outside of the tests, such as in `beforeAll`. Without reporters, Playwright's own default. */
function withReporter(reporter: Config["reporter"]): readonly unknown[] {
  const given = typeof reporter === "string" ? [[reporter]] : (reporter ?? [[process.env["CI"] ? "dot" : "list"]]);
  return [...given, [programFile("runners/playwright-reporter")]];
}

/** The server behind a program of offshoot, which gives it the URL of its clone. */
function withClone(server: Server): Server {
  const program = [process.execPath, programFile("runners/playwright-server")].map(quoted).join(" ");
  return { ...server, command: `${program} ${hex(server.command)}` };
}

/** What the processes of this test run share; undefined outside of one. */
export function readSuite(): PlaywrightSuite | undefined {
  const text = process.env[SUITE];
  return text === undefined ? undefined : (JSON.parse(text) as PlaywrightSuite);
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

/** Works in every shell, with blanks in the path. */
function quoted(path: string): string {
  return /^[\w./:\\-]+$/.test(path) ? path : `"${path.replaceAll(/(["$`\\])/g, process.platform === "win32" ? "$1" : "\\$1")}"`;
}

/** A command line that no shell changes. */
function hex(text: string): string {
  return Buffer.from(text, "utf8").toString("hex");
}

/** What `test.extend` gets from Playwright. */
interface TestInfo {
  readonly status?: string | undefined;
  readonly expectedStatus: string;
  /** The file, the groups and the test. */
  readonly titlePath: readonly string[];
}

/**
 * For `test.extend(databaseFixtures)`: a fixture `database` with `reset()` and `clone()`. With `keepOnFailure` it keeps the
 * clone of a failed test.
 */
export const databaseFixtures = {
  database: [
    // Playwright reads the names of the fixtures from this pattern.
    // oxlint-disable-next-line no-empty-pattern
    async ({}: object, use: (database: TestDatabase) => Promise<void>, info: TestInfo): Promise<void> => {
      await use(database);
      if (info.status === info.expectedStatus || info.status === "skipped") return;
      const say = sayTo(process.stderr);
      for (const line of await reportFailure([fullName(info.titlePath.slice(1))])) say(line);
    },
    { auto: true },
  ] as [(own: object, use: (database: TestDatabase) => Promise<void>, info: TestInfo) => Promise<void>, { auto: true }],
};
