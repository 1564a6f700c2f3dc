import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { variablesOfUrl } from "../../src/providers/variables.ts";
import { directUrl } from "../../src/postgres/url.ts";
import { startServer } from "../../test/support/server.ts";
import { copyTool, toolPath } from "../../test/support/tools.ts";
import type { Comparison } from "./comparison.ts";
import { BIN } from "./process.ts";

const RUNNERS = 6;

/** Six runners that start Alembic at the same time on a new database. Alone, most of them fail: `bench/race.ts` counts that. */
export async function runners(): Promise<Comparison> {
  const server = await startServer({ max_connections: 200 });
  const folder = await mkdtemp(join(tmpdir(), "offshoot-bench-"));
  await copyTool("alembic", join(folder, "project"));
  const all = async (file: string, args: readonly string[], mustSucceed: boolean): Promise<void> => {
    const url = directUrl(await server.createDatabase(`bench_${randomUUID().replaceAll("-", "")}`));
    const env = { ...process.env, ...variablesOfUrl(url), PATH: toolPath() };
    const ends = Array.from({ length: RUNNERS }, async () => {
      const child = spawn(file, args, { cwd: join(folder, "project"), env, stdio: "ignore" });
      const [code] = (await once(child, "exit")) as [number | null];
      return code;
    });
    const failed = (await Promise.all(ends)).filter((code) => code !== 0);
    if (mustSucceed && failed.length > 0) throw new Error(`${failed.length} of ${RUNNERS} runners failed.`);
  };
  return {
    name: "six runners on one database",
    rounds: 5,
    ways: {
      "alembic upgrade head, most runs fail": () => all("alembic", ["upgrade", "head"], false),
      "offshoot migrate": () => all(process.execPath, [BIN, "migrate", "--run", "bench", "--url", "DATABASE_URL"], true),
    },
    goals: {},
    async cleanUp() {
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}
