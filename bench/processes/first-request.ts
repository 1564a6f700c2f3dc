import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Comparison } from "./comparison.ts";
import { BIN } from "./process.ts";

/** A request with nothing but Node's own client. */
const BARE = 'require("node:http").get(process.env.NEON_API_HOST, (reply) => reply.resume());';

/**
 * The time from the start of a process until its first request is at the server of Neon's API. The floors are Node alone, to its end,
 * and Node with one request of its own.
 */
export async function firstRequest(): Promise<Comparison> {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-bench-"));
  let arrived: ((atMs: number) => void) | undefined;
  const server = createServer((_, reply) => {
    arrived?.(performance.now());
    reply.writeHead(401).end("{}");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    NEON_API_HOST: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v2`,
    NEON_API_KEY: "key",
    NEON_PROJECT_ID: "project",
    OFFSHOOT_PROVIDER: "neon",
  };
  const start = (...args: string[]) => spawn(process.execPath, args, { cwd: folder, env, stdio: "ignore" });
  const untilRequest =
    (...args: string[]) =>
    async (): Promise<number> => {
      const at = new Promise<number>((resolve) => (arrived = resolve));
      const startMs = performance.now();
      const ended = once(start(...args), "close").then(() => Number.NaN);
      const durationMs = (await Promise.race([at, ended])) - startMs;
      await ended;
      if (Number.isNaN(durationMs)) throw new Error(`${args.join(" ")} ended without a request.`);
      return durationMs;
    };
  const commands = ["list", "up", "env", "down"];
  return {
    name: "the first request to Neon",
    rounds: 15,
    ways: {
      "node -e 0": async () => void (await once(start("-e", "0"), "close")),
      "node, one request": untilRequest("-e", BARE),
      ...Object.fromEntries(commands.map((command) => [`offshoot ${command}`, untilRequest(BIN, command)])),
    },
    goals: Object.fromEntries(commands.map((command) => [`offshoot ${command}`, 1.5])),
    async cleanUp() {
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}
