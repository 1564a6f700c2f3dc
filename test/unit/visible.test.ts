import { expect, test } from "vitest";
import { oneLine, visible } from "../../src/visible.ts";

test("control characters and invisible ones become escapes, line breaks and tabs are kept", () => {
  expect(visible("a\u001B[31mb\r\u0007\u202Ec\u200B\n\td é 名")).toBe(String.raw`a\x1b[31mb\x0d\x07\u202ec\u200b` + "\n\td é 名");
});

test("a text on one line has no line breaks of any kind", () => {
  expect(oneLine("a\r\n b\n\n\tc\u2028d")).toBe("a b c d");
});
