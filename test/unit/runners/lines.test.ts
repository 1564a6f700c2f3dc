import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { readLines } from "../../../src/runners/lines.ts";
import { MOST_LINE } from "../../../src/runners/protocol.ts";

function reader() {
  const values: unknown[] = [];
  const socket = Object.assign(new EventEmitter(), {
    isDestroyed: false,
    setEncoding() {
      return socket;
    },
    destroy() {
      socket.isDestroyed = true;
    },
  });
  readLines(socket as unknown as Socket, (value) => values.push(value));
  return { values, socket, send: (text: string) => socket.emit("data", text) };
}

test("values are read line by line, however the text is divided", () => {
  const { values, send } = reader();
  for (const part of ['{"id":', '1}\n{"id":2}\n{"i', 'd":3}', "\n"]) send(part);
  expect(values).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
});

test("a line that is not JSON ends the connection, and nothing after it is read", () => {
  const { values, socket, send } = reader();
  send('{"id":1}\nGET / HTTP/1.1\n{"id":2}\n');
  expect([values, socket.isDestroyed]).toEqual([[{ id: 1 }], true]);
});

test("a line without an end is limited", () => {
  const { socket, send } = reader();
  send("x".repeat(MOST_LINE));
  expect(socket.isDestroyed).toBe(false);
  send("x");
  expect(socket.isDestroyed).toBe(true);
});
