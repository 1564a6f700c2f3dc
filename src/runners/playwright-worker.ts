import { Worker } from "node:worker_threads";
import { connectSuite } from "./connection.ts";
import { adoptTestDatabase } from "./worker.ts";
import { setVariables, unusableVariables } from "./variables.ts";
import { SERVER, type SuiteReply } from "./protocol.ts";

/** What a worker needs to know of its suite. */
interface Wanted {
  readonly socket: string;
  readonly hasServer: boolean;
}

const MOST_BYTES = 65_536;
const WAIT_MS = 60_000;

/**
 * A thread that asks for a clone while this one waits. Playwright loads the configuration of a worker synchronously, and the
 * test files with the modules of the application right after it. The thread's connection ends with the process.
 */
const ASK = `
const { workerData: { path, request, buffer } } = require("node:worker_threads");
const flag = new Int32Array(buffer, 0, 2), bytes = new Uint8Array(buffer, 8);
const finish = (value) => {
  const text = Buffer.from(JSON.stringify(value)).subarray(0, bytes.length);
  bytes.set(text); flag[1] = text.length; Atomics.store(flag, 0, 1); Atomics.notify(flag, 0);
};
const socket = require("node:net").connect(path, () => socket.write(request + "\\n"));
let text = "";
socket.setEncoding("utf8").on("data", (chunk) => {
  text += chunk;
  const end = text.indexOf("\\n");
  if (end >= 0) finish(JSON.parse(text.slice(0, end)));
}).on("error", ({ message }) => finish({ id: 1, error: { message } }));`;

/** Gets this worker its clone and sets the variables, before the test files are loaded. */
export function openTestDatabaseNow(suite: Wanted | undefined, env: NodeJS.ProcessEnv): void {
  setVariables(env, unusableVariables("wrap the configuration of playwright in withDatabase of offshoot/playwright"));
  if (suite === undefined) return;
  const own = { worker: `worker-${env["TEST_WORKER_INDEX"]}`, per: "file" };
  const reply = ask(suite.socket, { id: 1, op: "take", ...(suite.hasServer ? { worker: SERVER, per: "worker" } : own) });
  if (reply.clone === undefined)
    throw new Error(`offshoot: this worker got no clone of the database: ${reply.error?.message ?? "no answer"}`);
  setVariables(env, reply.clone.variables);
  adoptTestDatabase(() => connectSuite(suite.socket), reply.clone, own.worker);
}

function ask(path: string, request: object): SuiteReply {
  const buffer = new SharedArrayBuffer(MOST_BYTES);
  const flag = new Int32Array(buffer, 0, 2);
  const thread = new Worker(ASK, { eval: true, workerData: { path, request: JSON.stringify(request), buffer }, execArgv: [], env: {} });
  thread.unref();
  if (Atomics.wait(flag, 0, 0, WAIT_MS) === "timed-out") throw new Error("offshoot: the process that holds the databases did not answer.");
  // TextDecoder and Buffer accept no shared memory.
  const text = Buffer.from(Uint8Array.from(new Uint8Array(buffer, 8, flag[1])));
  return JSON.parse(text.toString("utf8")) as SuiteReply;
}
