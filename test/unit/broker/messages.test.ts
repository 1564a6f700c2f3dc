import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  authenticationOf,
  codeOfError,
  encode,
  fatalError,
  readFirstMessage,
  sessionMessage,
  tlsRequest,
  withLength,
  withoutChannelBinding,
} from "../../../src/broker/messages.ts";

const VERSION_3 = 196_608;
const bodyOf = (message: Buffer): Buffer => message.subarray(4);
const sasl = (...methods: string[]): Buffer => Buffer.concat([Buffer.from([0, 0, 0, 10]), Buffer.from(`${methods.join("\0")}\0\0`)]);

test("a session's first message is read and written without a change, for all parameters", () => {
  const text = fc.string({ minLength: 1, unit: "binary-ascii" }).filter((each) => !each.includes("\0"));
  fc.assert(
    fc.property(fc.dictionary(text, text, { noNullPrototype: true }), (given) => {
      const message = sessionMessage(VERSION_3, new Map(Object.entries(given)));
      expect(message.readUInt32BE(0)).toBe(message.length);
      const read = readFirstMessage(bodyOf(message));
      expect(read).toEqual({ kind: "session", version: VERSION_3, parameters: new Map(Object.entries(given)) });
    }),
  );
});

test("every byte of a parameter is kept", () => {
  const bytes = Buffer.concat([Buffer.from([0, 3, 0, 0]), Buffer.from("user\0"), Buffer.from([0xc3, 0xa9, 0xff, 0]), Buffer.from([0])]);
  const read = readFirstMessage(bytes);
  expect(read.kind === "session" && bodyOf(sessionMessage(read.version, read.parameters))).toEqual(bytes);
});

test("requests for encryption and cancel requests are recognised by their codes", () => {
  expect(readFirstMessage(bodyOf(tlsRequest()))).toEqual({ kind: "encryption", way: "tls" });
  expect(readFirstMessage(Buffer.from([4, 210, 22, 48]))).toEqual({ kind: "encryption", way: "gss" });
  expect(readFirstMessage(Buffer.from([4, 210, 22, 46, 0, 0, 0, 1, 0, 0, 0, 2]))).toEqual({ kind: "cancel" });
});

test("no bytes of a first message throw, and what is cut off or has another version is not valid", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readFirstMessage(Buffer.from(bytes))));
  for (const bytes of [[], [0, 3], [0, 2, 0, 0, 0], [0, 3, 0, 0, 117, 0], [0, 3, 0, 0, 117]]) {
    expect(readFirstMessage(Buffer.from(bytes))).toEqual({ kind: "invalid" });
  }
});

test("login methods with channel binding are removed, and the others are kept", () => {
  expect(withoutChannelBinding(sasl("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"))).toEqual(sasl("SCRAM-SHA-256"));
  expect(withoutChannelBinding(sasl("SCRAM-SHA-256"))).toEqual(sasl("SCRAM-SHA-256"));
  expect(withoutChannelBinding(sasl("SCRAM-SHA-256-PLUS"))).toBeUndefined();
  const md5 = Buffer.from([0, 0, 0, 5, 1, 2, 3, 4]);
  expect(withoutChannelBinding(md5)).toEqual(md5);
});

test("only the login's end and the final message of SASL need no reply", () => {
  const kinds = [0, 3, 5, 7, 8, 9, 10, 11, 12].map((kind) => authenticationOf(Buffer.from([0, 0, 0, kind])));
  expect(kinds).toEqual(["ok", "reply", "reply", "reply", "reply", "reply", "reply", "reply", "continue"]);
});

test("an error has its SQLSTATE, and a message its length", () => {
  const error = fatalError("57P01", "this session was ended");
  expect(error.toString("latin1", 0, 1)).toBe("E");
  expect(error.readUInt32BE(1)).toBe(error.length - 1);
  expect(codeOfError(error.subarray(5))).toBe("57P01");
  expect(withLength(Buffer.from([1]))).toEqual(Buffer.from([0, 0, 0, 5, 1]));
  expect(encode({ type: "Z", body: Buffer.from("I") })).toEqual(Buffer.from([90, 0, 0, 0, 5, 73]));
});
