import { makeHome, removeHome } from "../support/state-folder.ts";
import { startServer, type TestServer } from "../support/server.ts";

/** What the schedules of one lane use one after the other. Each lane has its own, because some faults restart the server. */
export interface Lane {
  readonly server: TestServer;
  /** State folder of the embedded provider. */
  readonly home: string;
  /** Image for commands in containers. Undefined: this machine has no engine. */
  readonly image: string | undefined;
  end(): Promise<void>;
}

export async function openLane(image: string | undefined): Promise<Lane> {
  // Like a real server, this one must keep what it committed when it is killed. Test servers do not by default.
  const server = await startServer({ max_connections: 60, synchronous_commit: "on" });
  const home = await makeHome();
  return {
    server,
    home,
    image,
    async end() {
      await server.stop();
      await removeHome(home);
    },
  };
}
