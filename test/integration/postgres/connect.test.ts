import { createServer } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { connect } from "../../../src/postgres/connect.ts";

/** Answers every request for TLS with "no". */
const server = createServer((socket) => socket.on("error", () => {}).once("data", () => socket.end("N")));
let port = 0;

beforeAll(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
});
afterAll(() => server.close());

test.each(["require", "verify-ca", "verify-full"])("sslmode=%s requires TLS, and causes no warning of the driver", async (mode) => {
  const warn = vi.spyOn(process, "emitWarning");
  await expect(connect(`postgresql://u:p@127.0.0.1:${port}/d?sslmode=${mode}&a=1`)).rejects.toThrow("does not support SSL");
  expect(warn).not.toHaveBeenCalled();
});
