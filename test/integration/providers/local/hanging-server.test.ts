// @module-tag proof
import { expect, test } from "vitest";
import { silent } from "../../../../src/events.ts";
import { existingProvider } from "../../../../src/providers/existing.ts";
import { hangingServer } from "../../../support/hanging-server.ts";

/** A message of the Postgres protocol. */
function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}

/** AuthenticationOk, the version and ReadyForQuery. */
const LOGIN = Buffer.concat([
  message("R", Buffer.alloc(4)),
  message("S", Buffer.from(["server_version", "18.0", ""].join("\0"))),
  message("Z", Buffer.from("I")),
]);

function find(port: number, withinMs: number): Promise<unknown> {
  const url = `postgresql://ada@127.0.0.1:${port}/postgres?sslmode=disable`;
  const provider = existingProvider({ url, baseTtlMs: 60_000 });
  return provider.find("offshoot/shop/run", { withinMs, signal: new AbortController().signal, emit: silent });
}

test.for([
  ["before the login", undefined],
  ["after the login", LOGIN],
] as const)("a look for a database ends in its time on a server that hangs %s", async ([, answer]) => {
  const { port } = await hangingServer(answer);
  const start = performance.now();
  await expect(find(port, 1000)).rejects.toMatchObject({ code: "TIMED_OUT" });
  expect(performance.now() - start).toBeLessThan(10_000);
});

test("a server that does not answer is not tried again in another database", { timeout: 60_000 }, async () => {
  const { port, connections } = await hangingServer();
  await expect(find(port, 40_000)).rejects.toMatchObject({ code: "PROVIDER_OUTAGE" });
  expect(connections).toHaveLength(1);
});
