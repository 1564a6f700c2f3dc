import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPeer } from "../../test/support/peers.ts";
import { startMock } from "../../test/support/mock-server.ts";
import type { Comparison } from "./comparison.ts";
import { BIN, mustRun, node } from "./process.ts";

/** As teams write it: create, wait for the database in a loop, and delete, with curl, jq and psql. */
const CREATE = `set -e
uri=$(curl --silent --fail --retry 5 --request POST "$NEON_API_HOST/projects/$NEON_PROJECT_ID/branches" --header "authorization: Bearer $NEON_API_KEY" \\
  --header 'content-type: application/json' --data "{\\"branch\\":{\\"name\\":\\"$1\\"},\\"endpoints\\":[{\\"type\\":\\"read_write\\"}]}" | tee "$2" | jq -r '.connection_uris[0].connection_uri')
until psql "$uri" -c 'select 1' >/dev/null 2>&1; do sleep 0.1; done`;
const DELETE = `curl --silent --fail --retry 5 --request DELETE "$NEON_API_HOST/projects/$NEON_PROJECT_ID/branches/$(jq -r .branch.id "$1")" --header "authorization: Bearer $NEON_API_KEY"`;

/**
 * A new branch with its URL, and its deletion, by Neon's CLI, by a script and by offshoot, on the mock of Neon with 80 ms latency and 700 ms
 * operations. Neon's CLI does not wait until the database answers; offshoot does.
 */
export async function neon(): Promise<Comparison> {
  const cli = findPeer("neon-cli");
  const folder = await mkdtemp(join(tmpdir(), "offshoot-bench-"));
  const mock = await startMock("--postgres", "--plain-api", "--latency", "80", "--operation-time", "700");
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
      "curl, and psql in a loop": async (round) =>
        void mustRun("bash", ["-c", CREATE, "bench", `script-${round}`, join(folder, String(round))], { env }),
      "offshoot up": async (round) => offshoot("up", "--run", `own-${round}`),
      "neon branches delete": async (round) => peer("branches", "delete", `peer-${round}`),
      "curl, delete": async (round) => void mustRun("bash", ["-c", DELETE, "bench", join(folder, String(round))], { env }),
      "offshoot down": async (round) => offshoot("down", "--run", `own-${round}`),
    },
    peers: { "curl, delete": "neon branches delete", "offshoot down": "neon branches delete" },
    goals: {},
    async cleanUp() {
      await mock.stop();
      await rm(folder, { recursive: true });
    },
  };
}
