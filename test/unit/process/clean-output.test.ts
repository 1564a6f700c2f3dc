import { expect, test } from "vitest";
import { cleanOutput } from "../../../src/process/clean-output.ts";

const SECRET = "key-0123456789-with-some-length";

/** What is passed on when an output arrives in chunks of `size` bytes. */
function clean(output: string, size: number): string {
  let text = "";
  const cleaner = cleanOutput([SECRET], (_, part) => (text += part));
  const bytes = Buffer.from(output);
  for (let at = 0; at < bytes.length; at += size) cleaner.push("stdout", bytes.subarray(at, at + size));
  cleaner.end();
  return text;
}

test.for([1, 2, 3, 7, 64, 10_000])("removes secrets that chunks of %i bytes divide", (size) => {
  expect(clean(`start ä ${SECRET} end\nnext`, size)).toBe("start ä *** end\nnext");
});

test("removes a secret from base64 that is broken into lines", () => {
  const encoded = Buffer.from(`${"x".repeat(50)}${SECRET}${"y".repeat(150)}`).toString("base64");
  const lines = encoded.replaceAll(/.{76}/g, "$&\n");
  for (const size of [1, 30, 77, 10_000]) {
    const joined = clean(`before\n${lines}\nafter\n`, size).replaceAll("\n", "");
    expect(joined).toMatch(/^before.*\*\*\*.*after$/);
    expect(Buffer.from(joined.slice("before".length, -"after".length), "base64").toString()).not.toContain("key-0123");
  }
});

test("passes complete lines on at once, and keeps both streams apart", () => {
  const seen: string[] = [];
  const cleaner = cleanOutput([SECRET], (stream, text) => seen.push(`${stream}: ${text}`));
  cleaner.push("stdout", Buffer.from("one\ntw"));
  cleaner.push("stderr", Buffer.from("err\n"));
  cleaner.push("stdout", Buffer.from("o\r\nprogress\r"));
  expect(seen).toEqual(["stdout: one\n", "stderr: err\n", "stdout: two\r\nprogress\r"]);
});

test("holds back a limited part of a line without an end", () => {
  let longest = 0;
  let all = "";
  let pushed = 0;
  const cleaner = cleanOutput([SECRET], (_, text) => (all += text));
  for (let count = 0; count < 40; count += 1) {
    const part = `${"z".repeat(5000)} ${SECRET}`;
    pushed += part.length;
    cleaner.push("stdout", Buffer.from(part));
    longest = Math.max(longest, pushed - all.length);
  }
  cleaner.end();
  expect(longest).toBeLessThan(80_000);
  expect(all).toBe(`${"z".repeat(5000)} ***`.repeat(40));
});
