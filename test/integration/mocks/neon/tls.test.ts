import { once } from "node:events";
import { request, type RequestOptions } from "node:https";
import { connect as openSocket, type Socket } from "node:net";
import { connect as openTls } from "node:tls";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type MockServer, startMock } from "../../../support/mock-server.ts";

let mock: MockServer;
let compute: URL;
beforeAll(async () => {
  mock = await startMock("--postgres", "--operation-time", "50");
  compute = new URL(await mock.parentUrl());
});
afterAll(() => mock.stop());

/** The request for TLS, and a startup message of a user `u` (PostgreSQL manual, "Message Formats"). */
const TLS_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const STARTUP = Buffer.from([0, 0, 0, 16, 0, 3, 0, 0, ...Buffer.from("user\0u\0\0")]);

async function open(): Promise<Socket> {
  const socket = openSocket(Number(compute.port), "127.0.0.1");
  await once(socket, "connect");
  return socket;
}

/** What the proxy answers to a client with this server name in its handshake. */
async function answerTo(servername: string): Promise<string> {
  const socket = await open();
  socket.write(TLS_REQUEST);
  await once(socket, "data");
  const secure = openTls({ socket, servername, ca: await readFile(mock.rootFile ?? ""), checkServerIdentity: () => undefined });
  await once(secure, "secureConnect");
  secure.write(STARTUP);
  const [reply] = (await once(secure, "data")) as [Buffer];
  secure.destroy();
  return reply.toString();
}

test("a compute has a name like Neon's, and answers only a handshake that names it", async () => {
  expect(compute.hostname).toMatch(/^ep-[a-z0-9-]+\.c-2\.us-east-2\.aws\.neon\.test$/);
  expect(await answerTo("")).toContain("Endpoint ID is not specified");
  expect(await answerTo(`ep-no-such-12345678.${compute.hostname.split(".").slice(1).join(".")}`)).toContain("endpoint could not be found");
  // The server itself answers, and asks for a password.
  expect((await answerTo(compute.hostname)).charAt(0)).toBe("R");
});

test("a client without TLS is refused before a password is asked for", async () => {
  const socket = await open();
  socket.write(STARTUP);
  const [reply] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  expect(reply.toString()).toContain("connection is insecure");
});

test("the API has TLS, with a certificate of the mock's authority for its own name", async () => {
  expect(mock.url).toMatch(/^https:\/\/console\.neon\.test:\d+\/api\/v2$/);
  const ca = await readFile(mock.rootFile ?? "");
  /** The status of the reply, or the code of the error. */
  const ask = (options: RequestOptions): Promise<unknown> =>
    new Promise((resolve) => {
      const headers = { authorization: `Bearer ${mock.apiKey}` };
      request(`${mock.url}/projects`, { headers, agent: false, ...options }, ({ statusCode }) => resolve(statusCode))
        .on("error", (thrown: NodeJS.ErrnoException) => resolve(thrown.code))
        .end();
    });
  expect(await ask({ ca })).toBe(200);
  expect(await ask({ ca: [] })).toMatch(/UNABLE_TO_|SELF_SIGNED/);
  expect(await ask({ ca, servername: "another.neon.test" })).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
});
