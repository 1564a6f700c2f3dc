import { expect, test, vi } from "vitest";
import { startHeart } from "../../../src/readiness/heartbeat.ts";

const never = new AbortController().signal;
const lostOf = (signal: AbortSignal): Promise<boolean> => vi.waitFor(() => signal.aborted || Promise.reject(new Error("not lost")));

test("beats until it is refused, and is lost then", async () => {
  const answers = [true, true, false];
  const beats: number[] = [];
  const heart = startHeart(
    async () => answers.shift() ?? true,
    1,
    never,
    (at) => void beats.push(at),
  );
  await lostOf(heart.lost);
  expect(beats).toHaveLength(2);
});

test("a beat that fails is a loss", async () => {
  const heart = startHeart(
    () => Promise.reject(new Error("gone")),
    1,
    never,
    () => {},
  );
  expect(await lostOf(heart.lost)).toBe(true);
});

test("the end of the session is a loss at once", () => {
  const session = new AbortController();
  const heart = startHeart(
    () => new Promise(() => {}),
    1,
    session.signal,
    () => {},
  );
  expect(heart.lost.aborted).toBe(false);
  session.abort();
  expect(heart.lost.aborted).toBe(true);
});

test("a heart that was stopped is not lost, whatever comes later", async () => {
  const answers: ((leads: boolean) => void)[] = [];
  const heart = startHeart(
    () => new Promise<boolean>((resolve) => void answers.push(resolve)),
    1,
    never,
    () => {},
  );
  heart.stop();
  for (const answer of answers) answer(false);
  await new Promise((resolve) => setImmediate(resolve));
  expect(answers).toHaveLength(1);
  expect(heart.lost.aborted).toBe(false);
});

test("tells when the proof was asked for, and not when it came", async () => {
  const beats: number[] = [];
  const heart = startHeart(
    () => new Promise((resolve) => setTimeout(() => resolve(true), 60)),
    1,
    never,
    (at) => void beats.push(at),
  );
  const asked = heart.beatAt();
  await vi.waitFor(() => expect(beats).not.toEqual([]));
  heart.stop();
  expect((beats[0] ?? 0) - asked).toBeLessThan(40);
});
