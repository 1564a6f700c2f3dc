import { createServer } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { connect, withExactTlsMode } from "../../../src/postgres/connect.ts";

/** Answers every request for TLS with "no". */
const server = createServer((socket) => socket.on("error", () => {}).once("data", () => socket.end("N")));
let port = 0;

beforeAll(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
});
afterAll(() => server.close());

test.each(["prefer", "require", "verify-ca", "verify-full"])(
  "sslmode=%s requires TLS, and causes no warning of the driver",
  async (mode) => {
    const warn = vi.spyOn(process, "emitWarning");
    await expect(connect(`postgresql://u:p@127.0.0.1:${port}/d?sslmode=${mode}&a=1`)).rejects.toThrow("does not support SSL");
    expect(warn).not.toHaveBeenCalled();
  },
);

test.each([
  ["postgresql://h/d?sslmode=require", "postgresql://h/d?sslmode=verify-full"],
  ["postgresql://h/d?a=1&sslmode=prefer&b=2", "postgresql://h/d?a=1&sslmode=verify-full&b=2"],
  ["postgresql://h/d?sslmode=disable", "postgresql://h/d?sslmode=disable"],
  ["postgresql://h/d?uselibpqcompat=true&sslmode=require", "postgresql://h/d?uselibpqcompat=true&sslmode=require"],
])("the driver gets the TLS mode that it uses for %s", (url, expected) => {
  expect(withExactTlsMode(url)).toBe(expected);
});
