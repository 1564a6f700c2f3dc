import { once } from "node:events";
import { connect } from "node:net";
import { expect, inject, test } from "vitest";
import { openBackend, serverOf } from "../../../src/broker/backend.ts";
import { openBroker } from "../../../src/broker/broker.ts";
import { sessionMessage } from "../../../src/broker/messages.ts";

/** The first message of a client that names a database and no user. */
const WITHOUT_USER = sessionMessage(196_608, new Map([["database", "postgres"]]));

async function replyTo(port: number): Promise<string> {
  const client = connect({ host: "127.0.0.1", port });
  client.write(WITHOUT_USER);
  const chunks: Buffer[] = [];
  client.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(client, "close");
  return Buffer.concat(chunks).toString("latin1");
}

test("a first message without a user gets the server's own reason, also where TLS would be tried next", async () => {
  const url = new URL(inject("serverUrl"));
  url.searchParams.set("sslmode", "allow");
  const broker = await openBroker();
  broker.serve({
    server: await serverOf(url.href),
    database: "postgres",
    nameOf: (nonce) => nonce,
    checksConnection: false,
    admit: () => Promise.resolve(undefined),
  });
  try {
    expect(await replyTo(broker.port)).toMatch(/no PostgreSQL user name specified/);
  } finally {
    broker.close();
  }
  const backend = await openBackend(await serverOf(url.href), WITHOUT_USER, AbortSignal.timeout(5000));
  backend.destroy();
});
