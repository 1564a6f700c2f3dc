import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { deadline } from "../../../../src/deadline.ts";
import { readNames } from "../../../../src/providers/neon/expected.ts";

const TEXT = "The requested endpoint could not be found, or you don't have access to it.";

/** A server that answers every login as Neon's proxy answers for a branch that was deleted. */
async function proxyWithoutEndpoint(): Promise<string> {
  const fields = ["SERROR", "CXX000", `M${TEXT}`].map((field) => `${field}\0`).join("");
  const error = Buffer.alloc(5 + fields.length + 1);
  error.write("E");
  error.writeInt32BE(error.length - 1, 1);
  error.write(fields, 5);
  const server = createServer((socket) => socket.once("data", () => socket.end(error)).on("error", () => {})).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `postgresql://user:secret@127.0.0.1:${(server.address() as AddressInfo).port}/db?sslmode=disable`;
}

test(
  "a branch that was deleted after it answered is a failed connection, after which the job starts over",
  { timeout: 30_000 },
  async () => {
    const names = readNames(await proxyWithoutEndpoint(), deadline("reading the names", 20_000));
    await expect(names).rejects.toMatchObject({
      code: "CONNECTION_FAILED",
      message: expect.stringContaining(TEXT),
      facts: { sqlstate: "XX000" },
    });
  },
);
