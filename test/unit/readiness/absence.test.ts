import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Absence, requireThere } from "../../../src/readiness/absence.ts";
import type { ReadinessRequest } from "../../../src/readiness/request.ts";

beforeEach(() => vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => vi.useRealTimers());

const refused = new Error("connect ECONNREFUSED 127.0.0.1:5432");

/** A request whose database is there or not, and how often that was asked. */
function asking(isThere: boolean): { readonly request: ReadinessRequest; asked: number } {
  const counted = { asked: 0, request: {} as ReadinessRequest };
  const request: Partial<ReadinessRequest> = {
    url: "postgres://ada:secret@127.0.0.1:5432/shop" as ReadinessRequest["url"],
    async isThere() {
      counted.asked += 1;
      return isThere;
    },
  };
  counted.request = request as ReadinessRequest;
  return counted;
}

test("a database that was silent for a moment is not asked for", async () => {
  const { request } = asking(false);
  const absence: Absence = {};
  await requireThere(absence, request, refused);
  vi.advanceTimersByTime(1999);
  await expect(requireThere(absence, request, refused)).resolves.toBeUndefined();
});

test("a database that stays silent and is gone ends the wait, and no password is shown", async () => {
  const { request } = asking(false);
  const absence: Absence = {};
  await requireThere(absence, request, refused);
  vi.advanceTimersByTime(2000);
  await expect(requireThere(absence, request, refused)).rejects.toMatchObject({
    code: "CONNECTION_FAILED",
    message: "127.0.0.1:5432/shop is gone: connect ECONNREFUSED 127.0.0.1:5432",
    facts: { gone: true },
  });
});

test("a database that is still there is waited for, and asked for every two seconds", async () => {
  const asked = asking(true);
  const absence: Absence = {};
  for (let ms = 0; ms < 10_000; ms += 250) {
    await requireThere(absence, asked.request, refused);
    vi.advanceTimersByTime(250);
  }
  expect(asked.asked).toBe(4);
});

test("where nobody can say, it is waited for", async () => {
  const absence: Absence = { askAt: -1 };
  await expect(requireThere(absence, {} as ReadinessRequest, refused)).resolves.toBeUndefined();
});
