import { expect, test } from "vitest";
import { createTail } from "../../../src/process/tail.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("a tail keeps the last twenty lines", () => {
  const tail = createTail([]);
  for (let line = 1; line <= 100; line += 1) tail.push("stdout", bytes(`line ${line}\n`));
  expect(tail.text().split("\n")).toHaveLength(20);
  expect(tail.text()).toMatch(/^line 81\n[^]*line 100$/);
});

test("a tail keeps at most four kilobytes", () => {
  const tail = createTail([]);
  tail.push("stderr", bytes("é".repeat(20_000)));
  expect(Buffer.byteLength(tail.text())).toBeLessThanOrEqual(4096 + 3);
});

test("a tail keeps both streams in the order of arrival, and joins characters that chunks split", () => {
  const tail = createTail([]);
  const [first, second] = [bytes("é").slice(0, 1), bytes("é\n").slice(1)];
  tail.push("stdout", first);
  tail.push("stderr", bytes("warning\n"));
  tail.push("stdout", second);
  expect(tail.text()).toBe("warning\né");
});

test("a tail contains no secrets and no terminal codes, even when chunks split them", () => {
  const tail = createTail(["hunter-two"]);
  for (const part of ["\u001b[31mlogin hun", "ter-two\u001b[0m postgresql://u:pw", "123@host/db\n"]) tail.push("stdout", bytes(part));
  expect(tail.text()).toBe("login *** postgresql://u:***@host/db");
});

test("a secret at the size limit is removed completely", () => {
  const tail = createTail(["x".repeat(600)]);
  tail.push("stdout", bytes(`${"x".repeat(600)}${".".repeat(4000)}`));
  expect(tail.text()).not.toContain("x");
});

test("a tail shows no rest of a secret, even when most of the output is secrets", () => {
  const secret = "s3cr3t-".repeat(20);
  const tail = createTail([secret]);
  for (let count = 0; count < 400; count += 1) tail.push("stdout", bytes(`${secret}${count % 7 === 0 ? "\n" : " "}`));
  expect(tail.text()).not.toContain("s3cr3t");
});
