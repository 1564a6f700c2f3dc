import { Worker } from "node:worker_threads";
import type { SuiteReply } from "./protocol.ts";

const MOST_BYTES = 65_536;
const WAIT_MS = 60_000;

/** A thread that asks while this one waits. Its connection ends with the process. */
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

/**
 * Asks and waits without the event loop. Playwright loads the configuration of a worker synchronously, and the test files with
 * the modules of the application right after it; and a process that exits waits for nothing else.
 */
export function ask(path: string, request: object): SuiteReply {
  const buffer = new SharedArrayBuffer(MOST_BYTES);
  const flag = new Int32Array(buffer, 0, 2);
  const thread = new Worker(ASK, { eval: true, workerData: { path, request: JSON.stringify(request), buffer }, execArgv: [], env: {} });
  thread.unref();
  if (Atomics.wait(flag, 0, 0, WAIT_MS) === "timed-out") throw new Error("offshoot: the process that holds the databases did not answer.");
  // TextDecoder and Buffer accept no shared memory.
  const text = Buffer.from(Uint8Array.from(new Uint8Array(buffer, 8, flag[1])));
  return JSON.parse(text.toString("utf8")) as SuiteReply;
}
