import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { endLockHolder, startLockHolder } from "../../../src/action/start-lock-holder.ts";
import { list } from "../../../src/commands/list.ts";
import { up } from "../../../src/commands/up.ts";
import { startServer } from "../../support/server.ts";

vi.setConfig({ testTimeout: 60_000 });

test("the lock holder process renews the expiry of the run's database, also in a run without a checkout", async () => {
  const server = await startServer();
  const folder = await mkdtemp(join(tmpdir(), "offshoot-lock-holder-"));
  onTestFinished(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const env = { PATH: process.env["PATH"], CI: "true", OFFSHOOT_RUN: "job", RUNNER_TEMP: folder, OFFSHOOT_EXISTING_URL: server.url };
  const options = { cwd: folder, env, settings: { provider: "existing", ttl: "1m" } } as const;
  const { database } = await up(options);
  const minutesLeft = async (): Promise<number> => ((await list(options))[0]?.expiresAt?.getTime() ?? 0) / 60_000 - Date.now() / 60_000;
  expect(await minutesLeft()).toBeLessThanOrEqual(1);
  await startLockHolder(database.directUrl, "offshoot:lock-holder:test", env, options);
  await vi.waitFor(async () => expect(await minutesLeft()).toBeGreaterThan(9), { timeout: 20_000, interval: 200 });
  await endLockHolder(database.directUrl, "offshoot:lock-holder:test", env, new AbortController().signal);
});
