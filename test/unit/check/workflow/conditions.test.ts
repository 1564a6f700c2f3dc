import { expect, test } from "vitest";
import { canBeTrueIn, conditionOf, exclude } from "../../../../src/check/workflow/conditions.ts";

test.each([
  ["x.y == 'a'", "x.y == 'b'"],
  ["x.y == 'a'", "x.y != 'A'"],
  ["${{ x.y == 'a' }}", "x['y'] != 'a'"],
  ["'a' == x.y", "x.y=='b'"],
  ["x.y == 'a' || x.y == 'b'", "x.y == 'c'"],
  ["x.y == 'a' || x.y == 'b'", "!(x.y == 'a' || x.y == 'b')"],
  ["always() && (x.y == 'a' || x.y == 'b') && z.w", "x.y != 'a' && x.y != 'b'"],
  ["github.event_name == 'push' && (a.b == '1' || a.b == '2')", "github.event_name == 'pull_request'"],
  ["inputs.full", "!inputs.full"],
  ["inputs.full == true", "inputs.full == false"],
  ["inputs.full", "inputs.full != true"],
  ["needs.a.outputs.b == 'true'", "!needs.a.outputs.b"],
  ["needs.a.outputs.b == ''", "needs.a.outputs.b"],
  ["startsWith(github.ref, 'refs/tags/')", "!startsWith(github.ref, 'refs/tags/')"],
  ["startsWith(github.ref, 'refs/tags/')", "github.ref == 'refs/heads/main'"],
  ["startsWith(github.ref, 'refs/tags/')", "startsWith(github.ref, 'refs/heads/')"],
  ['contains(fromJSON(\'["a","b"]\'), x.y)', '!contains(fromJSON(\'["a","b"]\'), x.y)'],
  ['contains(fromJSON(\'["push","schedule"]\'), github.event_name)', "github.event_name == 'pull_request'"],
  ['!contains(fromJSON(\'["a", "B"]\'), x.y)', "x.y == 'b'"],
  ["github.ref_name == 'develop'", "github.ref == 'refs/heads/main'"],
  ["github.event.inputs.env == 'dev'", "inputs.env == 'prod'"],
  ["github.ref_type == 'tag'", "github.ref == 'refs/heads/main'"],
  ["github.ref_type == 'branch'", "startsWith(github.ref, 'refs/tags/v')"],
  ["github.event_name == 'pull_request'", "github.ref == 'refs/heads/main'"],
  ["github.event_name == 'pull_request'", "startsWith(github.ref, 'refs/tags/')"],
  ["github.event_name == 'push'", "github.base_ref == 'main'"],
  ["github.event_name == 'pull_request'", "!github.head_ref"],
  ["'a' == 'b'", "x.y"],
  ["'true' == true", "x.y"],
  ["1 == 2 || false", "x.y"],
  ["false", ""],
  ["${{ false }}", "x.y == 'a'"],
  ["needs.a.result == 'success'", "needs.a.result == 'failure'"],
])("the conditions %j and %j are never true in one run", (one, other) => {
  expect([exclude([one], [other]), exclude([other], [one])]).toEqual([true, true]);
});

test.each([
  ["x.y == 'a'", "x.y == 'a'"],
  ["x.y == 'a'", "x.z == 'b'"],
  ["x.y == 'a' || z.w", "x.y == 'b'"],
  ["x.y != 'a'", "x.y != 'b'"],
  ["always()", "failure()"],
  ["", ""],
  ["x.y > 3", "x.y < 2"],
  ["startsWith(github.ref, 'refs/')", "github.ref == 'refs/heads/main'"],
  ["startsWith(x.y, 'a')", "startsWith(x.y, 'ab')"],
  ["contains(x.y, 'a')", "contains(x.y, 'b')"],
  ["x.y == 'it''s'", "x.z == 'a'"],
  ["x.y == 'a' &&", "x.y =="],
  ["not an expression ^", "x.y == 'a'"],
  ["x.y", "x.y == 'true'"],
  ["'a' == 'A'", "x.y"],
  ["'1' == 1 && true != false", "x.y"],
  ['contains(fromJSON(\'["a","b"]\'), x.y)', "x.y == 'B'"],
  ["contains(fromJSON(vars.LIST), x.y)", "x.y == 'b'"],
  ["github.ref_name == 'main'", "github.ref == 'refs/heads/main'"],
  ["github.event_name == 'pull_request_target'", "github.ref == 'refs/heads/main'"],
])("the conditions %j and %j can be true in one run", (one, other) => {
  expect([exclude([one], [other]), exclude([other], [one])]).toEqual([false, false]);
});

test("conditions of a job and of its step count together", () => {
  expect(exclude(["a.b == '1'", "c.d == '2'"], ["", "c.d == '3'"])).toBe(true);
  expect(exclude(["a.b == '1'", ""], ["", "c.d == '3'"])).toBe(false);
});

test("a long condition has an end", () => {
  const long = Array.from({ length: 40 }, (_, at) => `(a.b${at} == '1' || c.d${at} == '2')`).join(" && ");
  expect(exclude([long], [long])).toBe(false);
  expect(exclude([`${"(".repeat(2000)}a`], ["!".repeat(2000)])).toBe(false);
});

test.each([
  ["matrix.node == 20", true],
  ["matrix.node == '20' && matrix.os == 'linux'", true],
  ["matrix.node == 22", false],
  ["matrix.node != 20", false],
  ["matrix.node != 20 || matrix.os == 'Linux'", true],
  ["matrix.other == 'a'", true],
  ["matrix['node'] == 22", false],
])("the condition %j in the leg with Node 20 on Linux", (condition, expected) => {
  expect(canBeTrueIn({ node: "20", os: "linux" }, [condition])).toBe(expected);
});

const on = (...names: readonly string[]): string => conditionOf(names.map((name) => ({ name, filters: {} })));

test.each([
  ["a condition that the events of the workflow never meet", on("push"), "github.event_name == 'pull_request'", "", true],
  ["two denied events out of two", on("push", "pull_request"), "github.event_name != 'push'", "github.event_name != 'pull_request'", true],
  [
    "two denied events out of three",
    on("push", "pull_request", "schedule"),
    "github.event_name != 'push'",
    "github.event_name != 'pull_request'",
    false,
  ],
  ["a called workflow, which has the events of its callers", on("push", "workflow_call"), "github.event_name == 'pull_request'", "", false],
])("%s", (_, events, one, other, expected) => {
  expect(exclude([one], [other, events])).toBe(expected);
});
