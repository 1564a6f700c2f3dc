import { expect, test, vi } from "vitest";
import { startHeartbeat } from "../../../src/readiness/heartbeat.ts";

const never = new AbortController().signal;
const lostOf = (signal: AbortSignal): Promise<boolean> => vi.waitFor(() => signal.aborted || Promise.reject(new Error("not lost")));

test("a heartbeat repeats until it is refused, and is then lost", async () => {
  const answers = [true, true, false];
  const beats: number[] = [];
  const heartbeat = startHeartbeat(
    async () => answers.shift() ?? true,
    1,
    never,
    (at) => void beats.push(at),
  );
  await lostOf(heartbeat.lost);
  expect(beats).toHaveLength(2);
});

test("a heartbeat that fails is lost", async () => {
  const heartbeat = startHeartbeat(
    () => Promise.reject(new Error("connection lost")),
    1,
    never,
    () => {},
  );
  expect(await lostOf(heartbeat.lost)).toBe(true);
});

test("a heartbeat is lost as soon as its session ends", () => {
  const session = new AbortController();
  const heartbeat = startHeartbeat(
    () => new Promise(() => {}),
    1,
    session.signal,
    () => {},
  );
  expect(heartbeat.lost.aborted).toBe(false);
  session.abort();
  expect(heartbeat.lost.aborted).toBe(true);
});

test("a heartbeat that was stopped is never lost, even if a late answer refuses it", async () => {
  const answers: ((leads: boolean) => void)[] = [];
  const heartbeat = startHeartbeat(
    () => new Promise<boolean>((resolve) => void answers.push(resolve)),
    1,
    never,
    () => {},
  );
  heartbeat.stop();
  for (const answer of answers) answer(false);
  await new Promise((resolve) => setImmediate(resolve));
  expect(answers).toHaveLength(1);
  expect(heartbeat.lost.aborted).toBe(false);
});

test("a heartbeat reports the time when it was sent, not the time of the answer", async () => {
  const beats: number[] = [];
  const heartbeat = startHeartbeat(
    () => new Promise((resolve) => setTimeout(() => resolve(true), 60)),
    1,
    never,
    (at) => void beats.push(at),
  );
  const sentAt = heartbeat.beatAt();
  await vi.waitFor(() => expect(beats).not.toEqual([]));
  heartbeat.stop();
  expect((beats[0] ?? 0) - sentAt).toBeLessThan(40);
});
