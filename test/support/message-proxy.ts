import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface MessageProxy {
  /** The URL of the server, through the proxy. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * What becomes of a client's message. `at`: the place of its length; 0 in the first message of a session, which has no letter
 * before it, else 1 (PostgreSQL documentation, "Message Formats").
 */
export type PassMessage = (message: Buffer, at: 0 | 1) => Buffer;

/** Starts a proxy on loopback, without TLS, in front of a Postgres server. Each message of a client passes through `pass`. */
export async function messageProxy(server: string, pass: PassMessage): Promise<MessageProxy> {
  const { hostname, port } = new URL(server);
  const open = new Set<Socket>();
  const proxy = createServer((client) => {
    const target = connect(Number(port), hostname);
    for (const socket of [client, target]) open.add(socket.on("error", () => {}).on("close", () => void open.delete(socket)));
    client.on("close", () => target.destroy());
    target.on("close", () => client.destroy());
    client.on("end", () => target.end());
    let pending = Buffer.alloc(0);
    let at: 0 | 1 = 0;
    client.on("data", (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= at + 4 && pending.length >= at + pending.readUInt32BE(at)) {
        const end = at + pending.readUInt32BE(at);
        target.write(pass(pending.subarray(0, end), at));
        pending = pending.subarray(end);
        at = 1;
      }
    });
    target.pipe(client);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const url = new URL(server);
  url.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  return {
    url: url.href,
    async close() {
      for (const socket of open) socket.destroy();
      proxy.close();
      await once(proxy, "close");
    },
  };
}
