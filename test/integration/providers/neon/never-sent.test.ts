import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { requestFor } from "../../../support/neon-harness.ts";
import { providerOfMock } from "./provider-of-mock.ts";

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) {
    server.close();
    await once(server, "close");
  }
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function closedPort(): Promise<number> {
  const port = await listening(createServer());
  const server = servers.pop();
  server?.close();
  if (server !== undefined) await once(server, "close");
  return port;
}

/** The end of an attempt to create a branch at `url`, and its warnings. Ends after `withinMs`, or when `abort` is over. */
async function create(url: string, { abort, withinMs = 60_000 }: { readonly abort?: number; readonly withinMs?: number }): Promise<object> {
  const warnings: string[] = [];
  const provider = providerOfMock({ url, apiKey: "key", projectId: "quiet-sea-1" });
  const limits = {
    signal: abort === undefined ? new AbortController().signal : AbortSignal.timeout(abort),
    withinMs,
    emit: (event: { readonly kind: string; readonly text?: string }) => void (event.kind === "warning" && warnings.push(event.text ?? "")),
  };
  const end = await provider.acquire(requestFor("run-1"), limits).then(
    (found) => ("mayFallBack" in found ? { refused: found.code, mayFallBack: found.mayFallBack } : { found: found.kind }),
    (thrown: { code: string }) => ({ code: thrown.code }),
  );
  return { ...end, warnings };
}

describe("no branch is said to exist when nothing was sent", () => {
  test("a signal ends the attempts at a host that is not known", async () => {
    expect(await create("https://neon.invalid/api/v2", { abort: 1500 })).toEqual({ code: "CANCELLED", warnings: [] });
  });

  test("a signal ends the attempts at a port that is closed", async () => {
    expect(await create(`https://127.0.0.1:${await closedPort()}`, { abort: 1500 })).toEqual({ code: "CANCELLED", warnings: [] });
  });

  test("a signal comes while the server does not answer the TLS handshake", async () => {
    const port = await listening(createServer());
    expect(await create(`https://127.0.0.1:${port}`, { abort: 1500 })).toEqual({ code: "CANCELLED", warnings: [] });
  });

  test("the time ends at a port that is closed", async () => {
    const end = await create(`http://127.0.0.1:${await closedPort()}`, { withinMs: 2000 });
    expect(end).toEqual({ refused: "outage", mayFallBack: true, warnings: [] });
  });

  test("the server ends the connection in the TLS handshake, and another provider may serve", async () => {
    const port = await listening(createServer((socket) => void socket.once("data", () => socket.destroy())));
    const end = await create(`https://127.0.0.1:${port}`, { withinMs: 2000 });
    expect(end).toEqual({ refused: "outage", mayFallBack: true, warnings: [] });
  });
});

test("a branch may exist when a signal comes after the request was sent", async () => {
  const port = await listening(createHttpServer(() => {}));
  const end = await create(`http://127.0.0.1:${port}`, { abort: 1500 });
  expect(end).toEqual({ code: "CANCELLED", warnings: [expect.stringContaining("Neon may have created the branch")] });
});

test("a branch may exist when the connection ends before the reply, and no other provider may serve", async () => {
  const port = await listening(createHttpServer((request) => void request.socket.destroy()));
  const end = await create(`http://127.0.0.1:${port}`, { withinMs: 2000 });
  expect(end).toEqual({
    refused: "outage",
    mayFallBack: false,
    warnings: [expect.stringContaining("Neon may have created the branch")],
  });
});
