import { dirname, join } from "node:path";
import { assert, constantFrom, integer, letrec, oneof, property, tuple } from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { interpolate } from "../../../../mocks/actions/expression/evaluate.ts";
import { type Context, open } from "../../../../mocks/actions/expression/value.ts";
import { findPeer } from "../../../support/peers.ts";

const peer = findPeer("github-parser");

const CONTEXT = {
  github: { ref: "refs/heads/main", run_id: "17", actor: "Ada" },
  needs: { setup: { result: "success", outputs: { use_neon: "true" } }, lint: { result: "failure", outputs: {} } },
  matrix: { size: 2, list: [1, "b", null], deep: { on: true } },
};
const MOCK_CONTEXT: Context = { ...CONTEXT, matrix: open(CONTEXT.matrix) };

interface GithubExpressions {
  readonly Lexer: new (text: string) => { lex(): { tokens: unknown } };
  readonly Parser: new (tokens: unknown, contexts: readonly string[], functions: readonly unknown[]) => { parse(): unknown };
  readonly Evaluator: new (expression: unknown, context: unknown) => { evaluate(): { coerceString(): string } };
  readonly data: {
    readonly Dictionary: new (...pairs: { key: string; value: unknown }[]) => unknown;
    readonly Array: new (...values: unknown[]) => unknown;
    readonly StringData: new (value: string) => unknown;
    readonly NumberData: new (value: number) => unknown;
    readonly BooleanData: new (value: boolean) => unknown;
    readonly Null: new () => unknown;
  };
}

/** The value as text, or "refused" if the evaluation throws. */
function valueOrRefused(evaluate: () => string): string {
  try {
    return evaluate();
  } catch {
    return "refused";
  }
}

function inMock(text: string): string {
  return valueOrRefused(() => interpolate(`\${{ ${text} }}`, "step", MOCK_CONTEXT));
}

describe.runIf(peer !== undefined)("an expression has the same value in the mock and in GitHub's own evaluator", () => {
  let github: GithubExpressions;
  let context: unknown;

  beforeAll(async () => {
    github = (await import(join(dirname(peer ?? ""), "../expressions/dist/index.js"))) as GithubExpressions;
    context = dataOf(CONTEXT);
  });

  function dataOf(value: unknown): unknown {
    const { data } = github;
    if (value === null) return new data.Null();
    if (Array.isArray(value)) return new data.Array(...value.map(dataOf));
    if (typeof value === "object")
      return new data.Dictionary(...Object.entries(value).map(([key, inner]) => ({ key, value: dataOf(inner) })));
    if (typeof value === "number") return new data.NumberData(value);
    return typeof value === "boolean" ? new data.BooleanData(value) : new data.StringData(value as string);
  }

  const inGithub = (text: string): string =>
    valueOrRefused(() => {
      const expression = new github.Parser(new github.Lexer(text).lex().tokens, Object.keys(CONTEXT), []).parse();
      return new github.Evaluator(expression, context).evaluate().coerceString();
    });

  test.each([
    "github.REF",
    "github['ref']",
    "needs.*.result",
    "join(needs.*.result, '+')",
    "needs.*.outputs.use_neon",
    "matrix.list[1]",
    "matrix.list[7]",
    "matrix.absent.deeper",
    "matrix.deep && matrix.deep.on",
    "'it''s'",
    "0x1F",
    "1e3",
    "-2.5",
    "'' == 0",
    "null == ''",
    "'0x10' == 16",
    "'a' < 'B'",
    "matrix.list == matrix.list",
    "true && 'yes' || 'no'",
    "!github.actor == false",
    "1 < 2 == true",
    "format('{0} {{0}} {1}', 1, 'b')",
    "contains('Hello', 'ELL')",
    "contains(matrix.list, 1)",
    "toJSON(matrix.deep)",
    "fromJSON('{\"a\":[1]}').a[0]",
    "github.ref = 'x'",
    "(1",
    "1 2",
    "nothing.here",
    '"double"',
  ])("%s", (text) => {
    expect(inMock(text)).toBe(inGithub(text));
  });

  const literal = oneof(
    integer({ min: -20, max: 20 }).map(String),
    constantFrom("true", "false", "null", "''", "'a'", "'A b'", "'12'", "'success'", "' 2 '"),
  );
  const name = constantFrom(
    "github.ref",
    "github.run_id",
    "matrix.size",
    "matrix.list",
    "matrix.deep.on",
    "matrix.absent",
    "needs.setup.result",
    "needs.*.result",
  );
  const { expression } = letrec<{ expression: string }>((tie) => ({
    expression: oneof(
      { maxDepth: 4 },
      literal,
      name,
      tie("expression").map((inner) => `!${inner}`),
      tie("expression").map((inner) => `(${inner})`),
      tuple(tie("expression"), constantFrom("&&", "||", "==", "!=", "<", "<=", ">", ">="), tie("expression")).map(
        ([left, operator, right]) => `${left} ${operator} ${right}`,
      ),
      tuple(constantFrom("contains", "startsWith", "endsWith"), tie("expression"), tie("expression")).map(
        ([call, first, second]) => `${call}(${first}, ${second})`,
      ),
      tuple(tie("expression"), tie("expression")).map(([first, second]) => `format('{0}-{1}', ${first}, ${second})`),
      tie("expression").map((inner) => `join(${inner}, '|')`),
    ),
  }));

  test("for 2,000 random expressions", () => {
    assert(
      property(expression, (text) => {
        expect([text, inMock(text)]).toEqual([text, inGithub(text)]);
      }),
      { numRuns: 2_000 },
    );
  });
});
