import { withSession } from "../../support/session.ts";
import type { TestServer } from "../../support/server.ts";
import type { Stage } from "./stage.ts";

/** A new database on a test server. */
export async function serverStage(server: TestServer, seed: number): Promise<Stage> {
  const name = `chaos_${seed}`;
  return {
    url: await server.createDatabase(name),
    server,
    args: ["--url", "CHAOS_URL"],
    env: {},
    check: () => Promise.resolve([]),
    async remove() {
      await withSession(server.url, (session) => session.query(`drop database ${name} with (force)`));
    },
  };
}
