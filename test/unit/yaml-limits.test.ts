import * as yaml from "yaml";
import { expect, test, vi } from "vitest";
import { LIMIT_PROBLEMS, parseYaml } from "../../src/yaml-limits.ts";

const [NESTED, LARGE, CIRCLE] = LIMIT_PROBLEMS;
const BYTES = 2 ** 20;

const problemOf = (text: string, maxTokens = 1_000_000): string | undefined => parseYaml(yaml, text, maxTokens).errors[0]?.message;

/** Texts with so many levels that the parser needs gigabytes, or ends the process. */
test.each<readonly [string, string]>([
  ["lists in flow style", "["],
  ["maps in flow style", "{"],
  ["closed lists in flow style", "["],
  ["lists in block style on one line", "- "],
  ["keys with a question mark", "? "],
  ["keys on one line", "a: "],
  ["colons", ": "],
  ["lists and maps in turn", "[{"],
  ["a block list, then flow lists", "- ["],
])("a megabyte of nested %s is refused within a second", (what, part) => {
  const opened = part.repeat(BYTES / part.length);
  const start = performance.now();
  expect(problemOf(what.startsWith("closed") ? opened + "]".repeat(BYTES) : opened)).toBe(NESTED);
  expect(performance.now() - start).toBeLessThan(1000);
});

function deep(levels: number): string {
  return Array.from({ length: levels }, (_, level) => `${" ".repeat(level)}a:\n`).join("");
}

test("levels by indentation are counted, and a list below another key begins at the same level", () => {
  expect(problemOf(deep(100))).toBeUndefined();
  expect(problemOf(deep(101))).toBe(NESTED);
  expect(problemOf(Array.from({ length: 500 }, (_, n) => `a${n}:\n  - b: [1, {c: 2}]\n    d: |\n      [[[\n`).join(""))).toBeUndefined();
});

test("brackets in quoted texts, comments and block texts do not count as levels", () => {
  const many = "[{".repeat(1000);
  expect(problemOf(`a: "${many}"\nb: '${many}'\nc: | # ${many}\n  ${many}\nd: x${many.replaceAll("{", "(")}\n`)).toBeUndefined();
});

test("the number of parts has a limit", () => {
  const text = "- 1\n".repeat(1000);
  expect(problemOf(text, 10_000)).toBeUndefined();
  expect(problemOf(text, 100)).toBe(LARGE);
});

test("the problem has the line where the limit was exceeded", () => {
  const lineCounter = new yaml.LineCounter();
  const { errors } = parseYaml(yaml, `a: 1\nb: 2\nc: ${"[".repeat(200)}\n`, 10_000, { lineCounter });
  expect(lineCounter.linePos(errors[0]?.pos[0] ?? 0).line).toBe(3);
});

test.each<readonly [string, string, number]>([
  ["a list", "a: 1\nb: &x [1, *x]\n", 2],
  ["a map", "&x\nb: *x\n", 2],
  ["a deeper value", "a: &x\n  b:\n    - c: *x\n", 3],
  ["a key", "a: &x\n  ? [*x]\n  : 1\n", 2],
  ["an anchor with a second use", "a: &x\n  b: &x [*x]\n", 2],
])("%s that contains an alias of itself is a problem with its line", (_what, text, line) => {
  const lineCounter = new yaml.LineCounter();
  const { errors } = parseYaml(yaml, text, 10_000, { lineCounter });
  expect(errors.map(({ message }) => message)).toEqual([CIRCLE]);
  expect(lineCounter.linePos(errors[0]?.pos[0] ?? 0).line).toBe(line);
});

test("an alias of another value is accepted, also if an anchor of the same name is around it", () => {
  for (const text of ["a: &x [1]\nb: [*x, *x]\n", "a: &x\n  b: &x 1\n  c: *x\n", "a: &x {b: 1}\nc: &y {d: *x}\ne: *y\n"])
    expect(problemOf(text)).toBeUndefined();
});

test("duplicate keys are found as by the parser, in a time that grows with the text", () => {
  const texts = [
    "a: 1\na: 2\n",
    "a: {b: 1, b: 2}\n",
    '1: a\n"1": b\n',
    "a: 1\nb: 2\n",
    "? [a]\n: 1\n? [a]\n: 2\n",
    "~: 1\n~: 2\n",
    "- a: 1\n- a: 1\n",
  ];
  for (const text of texts) {
    const own = parseYaml(yaml, text, 1000).errors.map(({ code, pos }) => [code, pos[0]]);
    expect(own).toEqual(yaml.parseDocument(text, { prettyErrors: false }).errors.map(({ code, pos }) => [code, pos[0]]));
  }
  const start = performance.now();
  // Compared pair by pair, these keys need more than 4 s.
  expect(problemOf(Array.from({ length: 20_000 }, (_, n) => `k${n}: 1\n`).join(""))).toBeUndefined();
  expect(performance.now() - start).toBeLessThan(3000);
});

test("a map as a key prints no warning, which would contain a part of the file", () => {
  const warn = vi.spyOn(process, "emitWarning").mockReturnValue();
  parseYaml(yaml, "? { secret: word }\n: 1\n", 1000).toJS();
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
});
