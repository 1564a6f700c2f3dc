import { randomUUID } from "node:crypto";
import { startServer } from "../../test/support/server.ts";
import type { Comparison } from "./comparison.ts";
import { BIN, mustRun, node } from "./process.ts";

/** A migration command of one second, alone and behind the readiness marker, on a new database each time. */
export async function readiness(): Promise<Comparison> {
  const server = await startServer();
  const sleep = ["sh", "-c", "sleep 1"] as const;
  return {
    name: "a migration of one second",
    rounds: 7,
    ways: {
      "the command alone": async () => void mustRun(sleep[0], sleep.slice(1)),
      "offshoot migrate": async () => {
        const url = await server.createDatabase(`bench_${randomUUID().replaceAll("-", "")}`);
        const start = performance.now();
        node([BIN, "migrate", "--run", "bench", "--url", "BENCH_URL", "--", ...sleep], { env: { ...process.env, BENCH_URL: url } });
        return performance.now() - start;
      },
    },
    goals: { "offshoot migrate": 1.25 },
    cleanUp: () => server.stop(),
  };
}
