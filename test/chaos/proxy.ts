import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A network between runners and server that can fail. */
export interface Proxy {
  readonly port: number;
  /** Ends all connections at once. New connections are accepted. */
  cut(): void;
  /** Drops everything, also on new connections, like a broken network. `heal` then ends these connections. */
  hole(): void;
  /** Delays every packet. */
  delay(ms: number): void;
  heal(): void;
  close(): void;
}

export async function openProxy(target: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let dead = false;
  let delayMs = 0;
  const forward = (from: Socket, to: Socket): void => {
    from.on("data", (chunk: Buffer) => {
      if (dead) return;
      if (delayMs === 0) to.write(chunk);
      else setTimeout(() => dead || to.write(chunk), delayMs);
    });
    from.on("close", () => {
      sockets.delete(from);
      // While the network is broken, the other side does not see the end.
      if (!dead) to.destroy();
    });
    // A side that is cut off gets a connection reset. The proxy ignores its own error.
    from.on("error", () => from.destroy());
    sockets.add(from);
  };
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    forward(near, far);
    forward(far, near);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: typeof address === "object" ? (address?.port ?? 0) : 0,
    cut,
    hole: () => void (dead = true),
    delay: (ms) => void (delayMs = ms),
    heal() {
      if (dead) cut();
      dead = false;
      delayMs = 0;
    },
    close() {
      cut();
      server.close();
    },
  };
}
