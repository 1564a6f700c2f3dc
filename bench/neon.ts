/**
 * Measures the time from nothing to a Neon URL that answers. It uses the mock in `mocks/neon` with 80 ms latency, 700 ms
 * operations and a Postgres server for each branch. The floor is one POST and a loop of connections. Goal: `up()` takes at
 * most 100 ms more than the floor. Neon's own CLI is measured too; it does not wait for the branch.
 */
import { spawnSync } from "node:child_process";
import { down, up } from "offshoot";
import { withSession } from "../test/support/session.ts";
import { startMock } from "../test/support/mock-server.ts";
import { findPeer } from "../test/support/peers.ts";
import { compare, median, table } from "./compare.ts";

const ROUNDS = 9;
const BIN = new URL("../bin/offshoot.js", import.meta.url).pathname;

const mock = await startMock("--postgres", "--plain-api", "--latency", "80", "--operation-time", "700");
const env = {
  ...process.env,
  NEON_API_HOST: mock.url,
  NEON_API_KEY: mock.apiKey,
  NEON_PROJECT_ID: mock.projectId,
  OFFSHOOT_PROVIDER: "neon",
};
const created: string[] = [];
const named = (name: string): string => {
  created.push(name);
  return name;
};

/** One POST and a loop of connections without a pause: the shortest possible time. */
async function byHand(round: number): Promise<void> {
  const response = await fetch(`${mock.url}/projects/${mock.projectId}/branches`, {
    method: "POST",
    headers: { authorization: `Bearer ${mock.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ branch: { name: `floor-${round}` }, endpoints: [{ type: "read_write" }] }),
  });
  const { connection_uris: uris } = (await response.json()) as { connection_uris: { connection_uri: string }[] };
  const uri = uris[0]?.connection_uri ?? "";
  for (;;) {
    const answered = await withSession(uri, (session) => session.query("select 1")).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function byLibrary(round: number): Promise<void> {
  await up({ env, settings: { run: named(`library-${round}`) } });
}

function mustRun(file: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(file, args, { env: { ...env, CI: "true" }, encoding: "utf8" });
  if (status !== 0) throw new Error(`${args.join(" ")}: ${stderr}`);
}

const cli = findPeer("neon-cli");
const peer = (...args: string[]): void =>
  mustRun(process.execPath, [cli ?? "", ...args, "--api-host", mock.url, "--project-id", mock.projectId, "--no-analytics"]);

try {
  const sides = await compare(ROUNDS, {
    "one POST and a connect loop": byHand,
    "up() of the library": byLibrary,
    "offshoot up, the process": async (round) => mustRun(process.execPath, [BIN, "up", "--run", named(`process-${round}`)]),
    ...(cli === undefined
      ? {}
      : {
          "neon branches create + connection-string": async (round: number) => {
            peer("branches", "create", "--name", `peer-${round}`);
            peer("connection-string", `peer-${round}`);
          },
        }),
  });
  console.log(`${ROUNDS} rounds`);
  console.log(table(sides));
  const [floor = 0, library = 0] = sides.map(({ times }) => median(times));
  console.log(`up() takes ${(library - floor).toFixed(0)} ms more than the floor of ${floor.toFixed(0)} ms; the goal is at most 100 ms`);
} finally {
  for (const run of created) await down({ env, settings: { run } });
  await mock.stop();
}
