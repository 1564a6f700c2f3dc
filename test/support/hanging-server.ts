import { createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface HangingServer {
  readonly port: number;
  /** All connections so far. */
  readonly connections: readonly Socket[];
  /** Ends all connections, and accepts no more. Also done when the test has finished. */
  stop(): void;
}

/** A server on loopback that answers the first bytes of a connection with `answer`, if there is one, and then nothing. */
export async function hangingServer(answer?: Buffer): Promise<HangingServer> {
  const connections: Socket[] = [];
  const server = createServer((socket) => {
    connections.push(socket);
    socket.on("error", () => {});
    socket.once("data", () => answer !== undefined && socket.write(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = (): void => {
    for (const socket of connections) socket.destroy();
    server.close();
  };
  onTestFinished(stop);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return { port: address.port, connections, stop };
}
