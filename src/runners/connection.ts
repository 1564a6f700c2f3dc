import { connect, type Socket } from "node:net";
import { OffshootError, type ErrorCode } from "../errors.ts";
import { readLines } from "./lines.ts";
import type { SuiteError, SuiteNote, SuiteReply, SuiteRequest } from "./protocol.ts";

/** A connection to the process that holds the suite's databases. It does not keep this process alive while nothing is asked. */
export interface SuiteConnection {
  call(request: SuiteRequest, onNote?: (line: string) => void): Promise<SuiteReply>;
  close(): void;
}

/** Connects to the socket. Throws the system's error when nobody listens there. */
export async function connectSuite(path: string): Promise<SuiteConnection> {
  const socket = await opened(path);
  const waiting = new Map<
    number,
    { resolve: (reply: SuiteReply) => void; reject: (error: Error) => void; onNote: (line: string) => void }
  >();
  let next = 1;
  let isClosed = false;
  socket.unref();
  socket.on("error", () => {});
  socket.on("close", () => {
    isClosed = true;
    for (const { reject } of waiting.values()) reject(ended());
    waiting.clear();
  });
  readLines(socket, (value) => {
    if ("note" in (value as SuiteNote)) {
      for (const { onNote } of waiting.values()) onNote((value as SuiteNote).note);
      return;
    }
    const reply = value as SuiteReply;
    const call = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (waiting.size === 0) socket.unref();
    if (reply.error === undefined) call?.resolve(reply);
    else call?.reject(toError(reply.error));
  });
  return {
    call(request, onNote = () => {}) {
      if (isClosed) return Promise.reject(ended());
      const id = next++;
      socket.ref();
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject, onNote });
        socket.write(`${JSON.stringify({ ...request, id })}\n`);
      });
    },
    close: () => void socket.destroy(),
  };
}

function opened(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

function toError({ code, message, meaning, remedy }: SuiteError): OffshootError {
  return new OffshootError(code as ErrorCode, message, { meaning, remedy });
}

function ended(): OffshootError {
  return new OffshootError("CONNECTION_FAILED", "The process of offshoot that holds the databases of this test run has ended.", {
    remedy: "Start the tests again.",
  });
}
