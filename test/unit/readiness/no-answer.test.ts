import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type NoAnswer, requireDatabase } from "../../../src/readiness/no-answer.ts";
import type { ReadinessRequest } from "../../../src/readiness/request.ts";

beforeEach(() => vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => vi.useRealTimers());

const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:5432"), { code: "ECONNREFUSED" });

/** A request for a database that exists or not, with the number of checks. */
function requestFor(exists: boolean): { readonly request: ReadinessRequest; checks: number } {
  const counted = { checks: 0, request: {} as ReadinessRequest };
  const request: Partial<ReadinessRequest> = {
    url: "postgres://ada:secret@127.0.0.1:5432/shop" as ReadinessRequest["url"],
    async databaseExists() {
      counted.checks += 1;
      return exists;
    },
  };
  counted.request = request as ReadinessRequest;
  return counted;
}

test("a database without an answer for a moment is not checked", async () => {
  const { request } = requestFor(false);
  const noAnswer: NoAnswer = {};
  await requireDatabase(noAnswer, request, refused);
  vi.advanceTimersByTime(1999);
  await expect(requireDatabase(noAnswer, request, refused)).resolves.toBeUndefined();
});

test("a database that was deleted ends the wait, and no password is shown", async () => {
  const { request } = requestFor(false);
  const noAnswer: NoAnswer = {};
  await requireDatabase(noAnswer, request, refused);
  vi.advanceTimersByTime(2000);
  await expect(requireDatabase(noAnswer, request, refused)).rejects.toMatchObject({
    code: "CONNECTION_FAILED",
    message: "The database 127.0.0.1:5432/shop was deleted: connect ECONNREFUSED 127.0.0.1:5432",
    facts: { missing: true },
  });
});

test("a database that still exists is waited for, and is checked every two seconds", async () => {
  const counted = requestFor(true);
  const noAnswer: NoAnswer = {};
  for (let ms = 0; ms < 10_000; ms += 250) {
    await requireDatabase(noAnswer, counted.request, refused);
    vi.advanceTimersByTime(250);
  }
  expect(counted.checks).toBe(4);
});

test("a database that cannot be checked is waited for", async () => {
  const noAnswer: NoAnswer = { checkAt: -1 };
  await expect(requireDatabase(noAnswer, {} as ReadinessRequest, refused)).resolves.toBeUndefined();
});

/** Connections to a server that ended are refused for `ms` milliseconds. At `startingAt` it says that it is starting. */
async function refuseFor(ms: number, noAnswer: NoAnswer, startingAt = -1): Promise<void> {
  const starting = Object.assign(new Error("the database system is starting up"), { code: "57P03" });
  const { request } = requestFor(true);
  for (let at = 0; at <= ms; at += 10_000) {
    await requireDatabase(noAnswer, request, at === startingAt ? starting : refused);
    vi.advanceTimersByTime(10_000);
  }
}

test("a server that answered and then refuses connections for three minutes has ended", async () => {
  await expect(refuseFor(170_000, { hasAnswered: true })).resolves.toBeUndefined();
  await expect(refuseFor(180_000, { hasAnswered: true })).rejects.toMatchObject({
    code: "CONNECTION_FAILED",
    message: "The server of 127.0.0.1:5432/shop has ended: connect ECONNREFUSED 127.0.0.1:5432",
    remedy: expect.stringContaining("server's log"),
  });
});

test("a server that says that it is starting, and one that never answered, are waited for", async () => {
  await expect(refuseFor(300_000, { hasAnswered: true }, 150_000)).resolves.toBeUndefined();
  await expect(refuseFor(600_000, {})).resolves.toBeUndefined();
});
