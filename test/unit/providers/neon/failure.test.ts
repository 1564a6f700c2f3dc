import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { describeError } from "../../../../src/errors.ts";
import { callFailure, factsOf, isAmbiguous, isPassing, readRetryAfter } from "../../../../src/providers/neon/failure.ts";

const KEY = "napi_secret0123456789";
const NOW = new Date("2026-11-01T12:00:00Z");

/** As axios throws it: with the request's headers, and the reply's body. */
function thrown(status: number, data: unknown = {}, headers: Record<string, string> = {}): Error {
  const config = { headers: { Authorization: `Bearer ${KEY}` } };
  return Object.assign(new Error(`Request failed with status code ${status}`), {
    config,
    code: "ERR_BAD_REQUEST",
    response: { status, data, headers, config },
  });
}
const broken = (code: string): Error => Object.assign(new Error("socket hang up"), { code, config: { headers: { Authorization: KEY } } });
const failed = (error: Error) => callFailure(error, "create the branch", [KEY], NOW);

describe("an error of the API", () => {
  test("says status, code, message and request id, and what to do", () => {
    const error = failed(thrown(401, { code: "BAD", message: "authorization failed", request_id: "r-1" }));
    expect(describeError(error)).toBe(
      "Neon did not create the branch: authorization failed (HTTP 401, BAD, request r-1).\nCheck that NEON_API_KEY is right, not revoked, and of the project's account.",
    );
    expect(factsOf(error)).toMatchObject({ status: 401, neonCode: "BAD", requestId: "r-1" });
  });

  test("reads the request's id from the headers too, and nested bodies", () => {
    const error = failed(thrown(422, { error: { code: "C", message: "m" } }, { "x-neon-ret-request-id": "r-2" }));
    expect(factsOf(error)).toMatchObject({ neonCode: "C", neonMessage: "m", requestId: "r-2" });
  });

  test.each([
    ["a rejected call", thrown(403, { message: `key ${KEY} may not` })],
    ["a connection that broke", broken("ECONNRESET")],
    ["a reply with a password", thrown(500, { message: "postgresql://u:p4ssw0rd@h/d" })],
  ])("holds neither key nor password after %s", (_, error) => {
    const text = inspect(failed(error), { depth: 9 }) + JSON.stringify(failed(error));
    expect(text).not.toContain(KEY);
    expect(text).not.toContain("p4ssw0rd");
  });

  test("shows nothing of a proxy's page", () => {
    expect(failed(thrown(524, "<html>a timeout occurred</html>")).message).toBe(
      "Neon did not create the branch: no usable reply (HTTP 524).",
    );
  });
});

describe("what may be sent again", () => {
  test.each([
    [423, "executes nothing"],
    [429, "executes nothing"],
    [503, "executes nothing"],
    [500, "is ambiguous"],
    [502, "is ambiguous"],
    [504, "is ambiguous"],
    [524, "is ambiguous"],
    [400, "is final"],
    [404, "is final"],
    [409, "is final"],
    [422, "is final"],
  ])("%i %s", (status, kind) => {
    const facts = factsOf(failed(thrown(status)));
    if (facts === undefined) throw new Error("no facts");
    expect([isPassing(facts), isAmbiguous(facts)]).toEqual([kind === "executes nothing", kind === "is ambiguous"]);
  });

  test.each([
    ["ECONNREFUSED", "executes nothing"],
    ["ENOTFOUND", "executes nothing"],
    ["ECONNRESET", "is ambiguous"],
    ["ECONNABORTED", "is ambiguous"],
    ["ETIMEDOUT", "is ambiguous"],
  ])("%s %s", (code, kind) => {
    const facts = factsOf(failed(broken(code)));
    if (facts === undefined) throw new Error("no facts");
    expect([isPassing(facts), isAmbiguous(facts)]).toEqual([kind === "executes nothing", kind === "is ambiguous"]);
  });
});

describe("Retry-After", () => {
  test.each([
    ["7", "", 7000],
    ["0", "", 0],
    ["Sun, 01 Nov 2026 12:00:09 GMT", "", 9000],
    ["Sun, 01 Nov 2026 11:00:00 GMT", "", 0],
    ["Sun, 01 Nov 2026 15:00:04 GMT", "Sun, 01 Nov 2026 15:00:00 GMT", 4000],
    ["soon", "", undefined],
    ["", "", undefined],
  ])("%j (server's clock: %j) means %j ms", (value, date, ms) => {
    expect(readRetryAfter(value, date, NOW)).toBe(ms);
  });
});
