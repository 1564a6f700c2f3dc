import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { startCommand } from "../../../src/readiness/command.ts";
import { directUrl } from "../../../src/postgres/url.ts";
import { startWatchdog } from "../../../src/readiness/watchdog-process.ts";
import { isAlive, signalProcess } from "../../../src/process/signals.ts";
import { programFile } from "../../../src/program.ts";

/** A leader that is killed at once, before its watchdog has loaded. */
const LEADER = `
const { spawn } = require("node:child_process");
const watchdog = spawn(process.execPath, [process.argv[1]], { detached: true, stdio: ["ignore", "ignore", "ignore", "ipc"] });
require("node:fs").writeSync(1, String(watchdog.pid));
process.kill(process.pid, "SIGKILL");
`;

test("a watchdog ends when its leader was killed before the watchdog had loaded", { timeout: 60_000 }, async () => {
  const watchdogs = await Promise.all(Array.from({ length: 6 }, startWithKilledLeader));
  onTestFinished(() => watchdogs.forEach((pid) => signalProcess(pid, "SIGKILL")));
  await expect.poll(() => watchdogs.filter(isAlive), { timeout: 30_000 }).toEqual([]);
});

test("the end of a watchdog that was killed before it got its command is the end of the command", async () => {
  const watchdog = startWatchdog(process.env);
  process.kill(watchdog.child.pid ?? 0, "SIGKILL");
  await once(watchdog.child, "close");
  const options = {
    cwd: process.cwd(),
    env: () => process.env,
    url: directUrl("postgresql://ada@127.0.0.1/none"),
    fence: undefined,
    untilSessionsEnded: () => Promise.resolve(),
    beatAt: () => 0,
    silenceMs: 1000,
    shortGraceMs: 1000,
    emit: () => {},
    secrets: [],
  };
  const { ended } = startCommand({ kind: "shell", text: "true" }, options, watchdog);
  expect(await ended).toMatchObject({ code: null, watchdogKilledBy: "SIGKILL" });
});

async function startWithKilledLeader(): Promise<number> {
  const leader = spawn(process.execPath, ["-e", LEADER, programFile("readiness/watchdog")], { stdio: ["ignore", "pipe", "inherit"] });
  const [chunk] = (await once(leader.stdout, "data")) as [Buffer];
  return Number(chunk.toString());
}
