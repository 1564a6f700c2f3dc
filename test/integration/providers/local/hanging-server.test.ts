// @module-tag proof
import { createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { silent } from "../../../../src/events.ts";
import { existingProvider } from "../../../../src/providers/existing.ts";

/** A message of the Postgres protocol. */
function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}

/** AuthenticationOk, the version and ReadyForQuery. */
const LOGIN = Buffer.concat([
  message("R", Buffer.alloc(4)),
  message("S", Buffer.from("server_version\0" + "18.0\0")),
  message("Z", Buffer.from("I")),
]);

/** A server that answers the first bytes of a connection with `answer`, and then nothing. Returns its URL and its connections. */
async function hangingServer(answer: Buffer | undefined): Promise<{ readonly url: string; readonly connections: readonly Socket[] }> {
  const connections: Socket[] = [];
  const server = createServer((socket) => {
    connections.push(socket);
    socket.on("error", () => {});
    socket.once("data", () => answer !== undefined && socket.write(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of connections) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return { url: `postgresql://ada@127.0.0.1:${address.port}/postgres?sslmode=disable`, connections };
}

function find(url: string, withinMs: number): Promise<unknown> {
  const provider = existingProvider({ url, baseTtlMs: 60_000 });
  return provider.find("offshoot/shop/run", { withinMs, signal: new AbortController().signal, emit: silent });
}

test.for([
  ["before the login", undefined],
  ["after the login", LOGIN],
] as const)("a look for a database ends in its time on a server that hangs %s", async ([, answer]) => {
  const { url } = await hangingServer(answer);
  const start = performance.now();
  await expect(find(url, 1000)).rejects.toMatchObject({ code: "TIMED_OUT" });
  expect(performance.now() - start).toBeLessThan(10_000);
});

test("a server that does not answer is not tried again in another database", { timeout: 60_000 }, async () => {
  const { url, connections } = await hangingServer(undefined);
  await expect(find(url, 40_000)).rejects.toMatchObject({ code: "PROVIDER_OUTAGE" });
  expect(connections).toHaveLength(1);
});
