import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { startWithReply } from "../../../src/process/background.ts";

test("a program that does not reply in time is killed", async () => {
  // The program connects to a server that never answers, and would try for 15 seconds.
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const connected = once(server, "connection");
  const start = performance.now();
  const request = { url: `postgresql://postgres@127.0.0.1:${port}/postgres`, name: "late", stopFile: "/nonexistent" };
  const reply = startWithReply("action/lock-holder", request, { PATH: process.env["PATH"] }, 3000);
  const [socket] = (await connected) as [Socket];
  const closed = once(
    socket.resume().on("error", () => {}),
    "close",
  );
  expect(await reply).toBe(undefined);
  expect(performance.now() - start).toBeLessThan(8000);
  await closed;
});
