import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "../../test/support/server.ts";
import type { Comparison } from "./comparison.ts";
import { BIN, mustRun, node } from "./process.ts";

/** A migration command of one second, alone and behind the readiness marker, on a new database each time. */
export async function readiness(): Promise<Comparison> {
  const server = await startServer();
  // A bare environment, as for the other commands.
  const folder = await mkdtemp(join(tmpdir(), "offshoot-bench-"));
  const sleep = ["sh", "-c", "sleep 1"] as const;
  return {
    name: "a migration of one second",
    rounds: 7,
    ways: {
      "the command alone": async () => void mustRun(sleep[0], sleep.slice(1)),
      "offshoot migrate": async () => {
        const url = await server.createDatabase(`bench_${randomUUID().replaceAll("-", "")}`);
        const start = performance.now();
        node([BIN, "migrate", "--run", "bench", "--url", "BENCH_URL", "--", ...sleep], {
          env: { PATH: process.env["PATH"], HOME: folder, BENCH_URL: url },
        });
        return performance.now() - start;
      },
    },
    goals: { "offshoot migrate": 1.25 },
    async cleanUp() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
