import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A network between runners and server that can break in the usual ways. */
export interface Proxy {
  readonly port: number;
  /** Ends all connections at once; new ones are taken. */
  cut(): void;
  /** Swallows everything, new connections too, as a dead network does; `heal` ends those that were caught. */
  hole(): void;
  /** Holds every packet back for so long. */
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
      // The other side hears nothing of it while the network is dead.
      if (!dead) to.destroy();
    });
    // Whoever is cut off sees a reset; the proxy itself has nobody to tell.
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
