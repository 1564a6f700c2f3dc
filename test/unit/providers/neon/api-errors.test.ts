import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { describeError } from "../../../../src/errors.ts";
import { apiError, factsOf, isAmbiguous, isTransient, readRetryAfter } from "../../../../src/providers/neon/api-errors.ts";

const KEY = "napi_secret0123456789";
const NOW = new Date("2026-11-01T12:00:00Z");

/** As axios throws it: with the headers of the request and the body of the reply. */
function thrown(status: number, data: unknown = {}, headers: Record<string, string> = {}): Error {
  const config = { headers: { Authorization: `Bearer ${KEY}` } };
  return Object.assign(new Error(`Request failed with status code ${status}`), {
    config,
    code: "ERR_BAD_REQUEST",
    response: { status, data, headers, config },
  });
}
const broken = (code: string): Error => Object.assign(new Error("socket hang up"), { code, config: { headers: { Authorization: KEY } } });
const failed = (error: Error) => apiError(error, "create the branch", [KEY], NOW);

describe("an error of the API", () => {
  test("contains the status, the code, the message and the request id, and what to do", () => {
    const error = failed(thrown(401, { code: "BAD", message: "authorization failed", request_id: "r-1" }));
    expect(describeError(error)).toBe(
      [
        "Neon did not create the branch: authorization failed (HTTP 401, BAD, request r-1).",
        "Neon does not accept the API key.",
        "Set NEON_API_KEY to a valid API key of the account that owns the project. Create one in Neon under Account settings > API keys.",
      ].join("\n"),
    );
    expect(factsOf(error)).toMatchObject({ status: 401, neonCode: "BAD", requestId: "r-1" });
  });

  test("contains the request id of the headers and the message of a nested body", () => {
    const error = failed(thrown(422, { error: { code: "C", message: "m" } }, { "x-neon-ret-request-id": "r-2" }));
    expect(factsOf(error)).toMatchObject({ neonCode: "C", neonMessage: "m", requestId: "r-2" });
  });

  test.each([
    ["a rejected call", thrown(403, { message: `key ${KEY} is not allowed` })],
    ["a broken connection", broken("ECONNRESET")],
    ["a reply with a password", thrown(500, { message: "postgresql://u:p4ssw0rd@h/d" })],
  ])("contains neither the key nor a password after %s", (_, error) => {
    const text = inspect(failed(error), { depth: 9 }) + JSON.stringify(failed(error));
    expect(text).not.toContain(KEY);
    expect(text).not.toContain("p4ssw0rd");
  });

  test.each([
    ["a login page", thrown(302, "<html>log in</html>")],
    ["a name conflict without Neon's message", thrown(409, "<html>conflict</html>")],
    ["a page with the status 200", broken("ERR_WRONG_REPLY")],
    ["a reply that is too large", broken("ERR_BAD_RESPONSE")],
  ])("names the proxy that may have sent %s", (_, error) => {
    expect(failed(error)).toMatchObject({
      meaning: "The reply is not from Neon's API, or was changed on the way.",
      remedy: expect.stringContaining("NEON_API_HOST"),
    });
  });

  test("contains nothing of the HTML page of a proxy", () => {
    expect(failed(thrown(524, "<html>a timeout occurred</html>")).message).toBe(
      "Neon did not create the branch: the reply is not in the form of Neon's errors (HTTP 524).",
    );
  });
});

describe("the kind of a failure", () => {
  test.each([
    [423, "executed nothing"],
    [429, "executed nothing"],
    [503, "executed nothing"],
    [500, "may have executed the call"],
    [502, "may have executed the call"],
    [504, "may have executed the call"],
    [524, "may have executed the call"],
    [400, "refused the call"],
    [404, "refused the call"],
    [409, "refused the call"],
    [422, "refused the call"],
  ])("with status %i: Neon %s", (status, kind) => {
    const facts = factsOf(failed(thrown(status)));
    if (facts === undefined) throw new Error("no facts");
    expect([isTransient(facts), isAmbiguous(facts)]).toEqual([kind === "executed nothing", kind === "may have executed the call"]);
  });

  test.each([
    ["ECONNREFUSED", "executed nothing"],
    ["ENOTFOUND", "executed nothing"],
    ["ECONNRESET", "may have executed the call"],
    ["ECONNABORTED", "may have executed the call"],
    ["ETIMEDOUT", "may have executed the call"],
  ])("with the network error %s: Neon %s", (code, kind) => {
    const facts = factsOf(failed(broken(code)));
    if (facts === undefined) throw new Error("no facts");
    expect([isTransient(facts), isAmbiguous(facts)]).toEqual([kind === "executed nothing", kind === "may have executed the call"]);
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
  ])("%j with the Date header %j means %j ms", (value, date, ms) => {
    expect(readRetryAfter(value, date, NOW)).toBe(ms);
  });
});
