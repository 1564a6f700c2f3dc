import { describe, expect, test } from "vitest";
import { createClock } from "../../../../mocks/neon/clock.ts";
import type { OffshootError } from "../../../../src/errors.ts";
import type { Event } from "../../../../src/events.ts";
import { apiError } from "../../../../src/providers/neon/api-errors.ts";
import { withRetries } from "../../../../src/providers/neon/transport.ts";
import { virtualDeadline } from "../../../support/neon-harness.ts";

const failure = (status: number, headers: Record<string, string> = {}, data: unknown = { code: "", message: "no" }): OffshootError =>
  apiError({ response: { status, data, headers } }, "do it", [], new Date(0));

/** What a proxy between this machine and Neon may send: a page, JSON of its own, nothing. */
const FOREIGN = ["<html>busy</html>", { message: "Service Unavailable" }, { error: "busy" }, ""];

function attempt(
  outcomes: readonly (OffshootError | "done")[],
  options: { readonly repeatable?: boolean; readonly withinMs?: number; readonly random?: number } = {},
) {
  const clock = createClock({ start: 0, frozen: true });
  const events: Event[] = [];
  const held: number[] = [];
  const left = [...outcomes];
  const result = withRetries(
    async () => {
      const next = left.length > 1 ? left.shift() : left[0];
      if (next === undefined || next === "done") return clock.now();
      throw next;
    },
    {
      deadline: virtualDeadline(clock, "it", options.withinMs ?? 300_000),
      emit: (event) => void events.push(event),
      random: () => options.random ?? 1,
      repeatable: options.repeatable ?? true,
      onHold: (ms) => void held.push(ms),
    },
  );
  return { result, events, held, clock };
}

describe("a call", () => {
  test.each([423, 429, 503])("is retried after %i, even if it is not repeatable", async (status) => {
    const { result, events } = attempt([failure(status), failure(status), "done"], { repeatable: false });
    await result;
    expect(events).toEqual([
      expect.objectContaining({ kind: "retry", attempt: 1, waitMs: 250 }),
      expect.objectContaining({ kind: "retry", attempt: 2, waitMs: 500 }),
    ]);
  });

  test("is retried after a lost reply only if it is repeatable", async () => {
    await expect(attempt([failure(500), "done"], { repeatable: false }).result).rejects.toMatchObject({ facts: { status: 500 } });
    await expect(attempt([failure(500), "done"], { repeatable: true }).result).resolves.toBe(250);
  });

  test.each([423, 429, 503].flatMap((status) => FOREIGN.map((data) => [status, data] as const)))(
    "is retried after %i that Neon did not send (%j) only if it is repeatable",
    async (status, data) => {
      const foreign = failure(status, {}, data);
      await expect(attempt([foreign, "done"], { repeatable: false }).result).rejects.toBe(foreign);
      await expect(attempt([foreign, "done"], { repeatable: true }).result).resolves.toBe(250);
    },
  );

  test.each([
    ["7", [7000]],
    ["3600", []],
  ])("that is not retried lets the other calls wait as Retry-After: %s asks, within its time", async (seconds, holds) => {
    const { result, held } = attempt([failure(503, { "retry-after": seconds }, "<html>")], { repeatable: false });
    await expect(result).rejects.toMatchObject({ facts: { status: 503 } });
    expect(held).toEqual(holds);
  });

  test("is retried after a random part of the wait", async () => {
    await expect(attempt([failure(503), failure(503), "done"], { random: 0 }).result).resolves.toBe(50);
    await expect(attempt([failure(503), failure(503), "done"], { random: 0.5 }).result).resolves.toBe(375);
  });

  test("waits for as long as Retry-After asks, and stops the other calls too", async () => {
    const { result, held } = attempt([failure(429, { "retry-after": "7" }), "done"]);
    await expect(result).resolves.toBe(7000);
    expect(held).toEqual([7000]);
  });

  test("fails with the last error when half of the time is used", async () => {
    const { result, clock } = attempt([failure(503)], { withinMs: 20_000 });
    await expect(result).rejects.toMatchObject({ facts: { status: 503 } });
    expect(clock.now()).toBeLessThanOrEqual(10_000);
  });

  test("is not retried after a final error", async () => {
    const { result, events } = attempt([failure(422), "done"]);
    await expect(result).rejects.toMatchObject({ facts: { status: 422 } });
    expect(events).toEqual([]);
  });
});
