/**
 * `node --import offshoot/node-test --test`: gives the run its migrated database, and each test file a clone of it. Node
 * loads this module in the process of each test file, before the file. The first of these processes starts the suite.
 */
import { after, afterEach } from "node:test";
import { relative } from "node:path";
import { describeError, isOffshootError } from "../errors.ts";
import { ask } from "./ask.ts";
import { joinSuite } from "./join.ts";
import { keepsOnFailure } from "./keeps-on-failure.ts";
import { sayTo } from "./say.ts";
import { type StartedSuite, startSuite } from "./start.ts";
import { openTestDatabase, reportFailure, SuiteError, testDatabase, type TestDatabase } from "./worker.ts";

export type { TestClone, TestDatabase } from "./worker.ts";

/** The clone of this test file. `DATABASE_URL` leads to it. */
export const database: TestDatabase = testDatabase();

/** Whether the failure of this process was reported. */
let isReported = false;

const say = sayTo(process.stderr);
const isFile = process.env["NODE_TEST_CONTEXT"] !== undefined;
const startsFiles = !isFile && process.execArgv.includes("--test") && !process.execArgv.some((each) => /isolation[= ]none/.test(each));

// Some versions of Node load this module in their main process too, which runs no test then.
if (!startsFiles) {
  const socket = isFile ? await joinSuite(process.ppid, process.env, say).catch(fail) : await startOwn();
  await openTestDatabase({
    socket,
    per: "file",
    worker: String(process.pid),
    env: process.env,
    remedy: "Start node with --import offshoot/node-test",
  }).catch(fail);
  keepAfterFailure(socket);
}

/** One process runs all tests, so the suite ends with it. */
async function startOwn(): Promise<string> {
  const suite = await startSuite({}, process.env, say).catch(fail);
  endAtExit(suite);
  return suite.socket;
}

/** Node would print the line of the package from which an error comes, which is a whole bundle. */
function fail(thrown: unknown): never {
  if (!isOffshootError(thrown)) throw thrown;
  const text = thrown instanceof SuiteError ? thrown.message : describeError(thrown);
  for (const line of text.split("\n")) say(line);
  process.exit(1);
}

function keepAfterFailure(socket: string): void {
  const names: string[] = [];
  afterEach((context) => {
    const { passed, name } = context as unknown as { readonly passed?: boolean; readonly name: string };
    if (passed === false) names.push(name);
  });
  after(async () => {
    isReported ||= names.length > 0;
    for (const line of await reportFailure(names)) say(line);
  });
  process.on("exit", (code) => reportFile(socket, code));
}

/**
 * When nothing is left to do, the suite is ended before the process. At the first `beforeExit` Node still runs the hooks of the
 * tests. After a signal, the process that holds the suite ends it.
 */
function endAtExit(suite: StartedSuite): void {
  let count = 0;
  process.on("beforeExit", (code) => {
    count += 1;
    if (count === 1) setImmediate(() => {});
    if (count !== 2) return;
    reportFile(suite.socket, code);
    suite.end().then(
      (lines) => lines.forEach(say),
      (thrown: unknown) => say(isOffshootError(thrown) ? describeError(thrown) : String(thrown)),
    );
  });
}

/** No hook sees a failed hook, or a file that could not be loaded. */
function reportFile(socket: string, code: number): void {
  if (code === 0 || isReported || !keepsOnFailure(undefined, process.env)) return;
  isReported = true;
  const title = relative(process.cwd(), process.argv[1] ?? "");
  for (const line of ask(socket, { id: 1, op: "failed", clone: database.name, tests: [], title }).lines ?? []) say(line);
}
