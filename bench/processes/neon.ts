import { findPeer } from "../../test/support/peers.ts";
import { startMock } from "../../test/support/mock-server.ts";
import type { Comparison } from "./comparison.ts";
import { BIN, node } from "./process.ts";

/**
 * A new branch with its URL, and its deletion, by Neon's CLI and by offshoot, on the mock of Neon with 80 ms latency and 700 ms
 * operations. Neon's CLI does not wait until the database answers; offshoot does.
 */
export async function neon(): Promise<Comparison> {
  const cli = findPeer("neon-cli");
  const mock = await startMock("--postgres", "--latency", "80", "--operation-time", "700");
  const env = { ...process.env, ...mock.env, OFFSHOOT_PROVIDER: "neon", CI: "true" };
  const offshoot = (...args: string[]): void => void node([BIN, ...args], { env });
  const peer = (...args: string[]): void => {
    if (cli === undefined) throw new Error("Neon's CLI is not installed. Run: npm ci --prefix test/peers --ignore-scripts");
    node([cli, ...args, "--api-host", mock.url, "--project-id", mock.projectId, "--no-analytics"], { env });
  };
  return {
    name: "a branch on the mock of Neon",
    rounds: 7,
    ways: {
      "neon branches create, connection-string": async (round) => {
        peer("branches", "create", "--name", `peer-${round}`);
        peer("connection-string", `peer-${round}`);
      },
      "offshoot up": async (round) => offshoot("up", "--run", `own-${round}`),
      "neon branches delete": async (round) => peer("branches", "delete", `peer-${round}`),
      "offshoot down": async (round) => offshoot("down", "--run", `own-${round}`),
    },
    goals: {},
    cleanUp: async () => void (await mock.stop()),
  };
}
