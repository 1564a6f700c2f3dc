import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { expect, test } from "vitest";
import { exitCodeOf, groupIsAlive, groupIsRunning, isAlive, signalGroup, signalProcess } from "../../../src/process/signals.ts";

test("a running process is alive, and its group is running", async () => {
  const child = spawn("sleep", ["60"], { detached: true });
  const pid = child.pid ?? 0;
  expect([isAlive(pid), groupIsAlive(pid), groupIsRunning(pid)]).toEqual([true, true, true]);
  expect(signalGroup(pid, "SIGKILL")).toBe(true);
  await once(child, "exit");
});

test("a signal to an ended process or group is ignored and returns false", async () => {
  const child = spawn("true", { detached: true });
  await once(child, "exit");
  const pid = child.pid ?? 0;
  expect([isAlive(pid), groupIsAlive(pid), groupIsRunning(pid)]).toEqual([false, false, false]);
  expect([signalProcess(pid, "SIGTERM"), signalGroup(pid, "SIGTERM")]).toEqual([false, false]);
});

test.skipIf(process.platform !== "linux")("a group of zombies is alive and not running", async () => {
  // The shell starts a group leader, and becomes a program that never reads its exit status. The group leader ends only then.
  const parent = spawn("sh", ["-c", "setsid cat <&3 >/dev/null & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore", "pipe"] });
  const [chunk] = (await once(parent.stdout as Readable, "data")) as [Buffer];
  const pid = Number(chunk.toString());
  await expect.poll(() => readFileSync(`/proc/${parent.pid}/comm`, "utf8")).toBe("sleep\n");
  await expect.poll(() => groupIsRunning(pid)).toBe(true);
  (parent.stdio[3] as Writable).end();
  await expect.poll(() => groupIsRunning(pid)).toBe(false);
  expect(isAlive(pid)).toBe(true);
  parent.kill("SIGKILL");
});

test("the exit code for a signal is 128 plus its number", () => {
  expect([exitCodeOf("SIGINT"), exitCodeOf("SIGKILL"), exitCodeOf("SIGTERM")]).toEqual([130, 137, 143]);
});
