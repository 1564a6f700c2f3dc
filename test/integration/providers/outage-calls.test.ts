import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { homeForTest } from "./local/homes.ts";

const run = promisify(execFile);
const BIN = new URL("../../../bin/offshoot.js", import.meta.url).pathname;

test(
  "after a fallback, the later commands of a run do not ask Neon again during its outage, and report why another provider is used",
  { tags: "proof", timeout: 300_000 },
  async () => {
    const { folder } = await homeForTest();
    let calls = 0;
    const neon = createServer((_request, response) => {
      calls += 1;
      response.writeHead(503, { "content-type": "application/json" }).end('{"code":"","message":"down"}');
    }).listen(0, "127.0.0.1");
    await once(neon, "listening");
    onTestFinished(() => void neon.close());
    const address = neon.address();
    const env = {
      PATH: process.env["PATH"],
      HOME: folder,
      OFFSHOOT_HOME: folder,
      NEON_API_KEY: "napi_test",
      NEON_PROJECT_ID: "calm-sky-1",
      NEON_API_HOST: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
      OFFSHOOT_PROVIDER: "neon,embedded",
      OFFSHOOT_RUN: "outage",
    };
    let printed = "";
    const callsOf = async (...args: string[]): Promise<number> => {
      const before = calls;
      ({ stderr: printed } = await run(process.execPath, [BIN, ...args], { env }));
      return calls - before;
    };
    const first = await callsOf("up");
    expect(first).toBeGreaterThan(0);
    const later: Record<string, number> = { up: await callsOf("up") };
    expect(printed).toMatch(/^neon +skipped: .*503/m);
    for (const command of ["env", "status", "extend"]) later[command] = await callsOf(command);
    expect(later).toEqual({ up: 0, env: 0, status: 0, extend: 0 });
    const start = performance.now();
    // Another machine may have used Neon for the run, so it is asked at the end, for a short time.
    expect(await callsOf("down")).toBeGreaterThan(0);
    expect(performance.now() - start).toBeLessThan(30_000);
  },
);
