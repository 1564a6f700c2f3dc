import { expect, test } from "vitest";
import { importsOf, readModule } from "../../../../src/migration-tools/python/module.ts";
import { argumentsOf } from "../../../../src/migration-tools/python/arguments.ts";
import type { Value } from "../../../../src/migration-tools/python/values.ts";

/** A value as JSON. What the file computes is `?`. */
function plain(value: Value | undefined): unknown {
  if (value === undefined) return undefined;
  if (value.kind === "string") return value.text;
  if (value.kind === "none") return null;
  if (value.kind === "list") return value.items.map(plain);
  return value.kind === "dict" ? Object.fromEntries(value.entries.map(([key, each]) => [plain(key), plain(each)])) : "?";
}

const valueIn = (text: string): unknown => plain(readModule(text).values.get("x"));

test.each<[text: string, value: unknown]>([
  ['x = "a"', "a"],
  ["x: Union[str, None] = 'a'  # = 'b'", "a"],
  ["x: Dict[str, str] = None", null],
  ['y = "b"; x = "a"', "a"],
  ['y = x = "a"', "a"],
  ['y, x = "b", "a"', "a"],
  ['(y, x) = ("b", "a")', "a"],
  ['x = ("a")', "a"],
  ['x = ("a",)', ["a"]],
  ['x = "a", "b"', ["a", "b"]],
  ['x = (\n  "a",  # first\n  "b"\n)', ["a", "b"]],
  ['x = {"a", "b"}', ["a", "b"]],
  ['x = "a" "b"', "ab"],
  ['x = r"a\\n"', "a\\n"],
  ['x = \\\n  "a"', "a"],
  ['"""\nx = "b"\n"""\nx = "a"', "a"],
  ['y = "a"\nx = y', "a"],
  ['y = ["a"]\nx = [*y, "b"] + ["c"]', ["a", "b", "c"]],
  ['x = ["a"]\nx += ["b"]\nx.append("c")\nx.extend(("d",))', ["a", "b", "c", "d"]],
  ['x = {"a": None, "b": "c"}', { a: null, b: "c" }],
  ['if y:\n  x = "a"', "a"],
  ['if y:\n  x = "a"\nelse:\n  x = "b"', "?"],
  ['x = ["a"]\nif y:\n  x += ["b"]', ["a", "?"]],
  ['x = f"a{y}"', "?"],
  ["x = make()", "?"],
  ['x = "a" if y else "b"', "?"],
  ['x = "a".upper()', "?"],
  ["x = [make(), 'a']", ["?", "a"]],
  ["x = 'a'.join([y, z]), 'b'", ["?", "b"]],
  ['def f():\n  x = "a"', undefined],
  ['class X:\n  x = "a"', undefined],
  ["x: str", undefined],
  ['x == "a"', undefined],
  ['f(x="a")', undefined],
  ['x["k"] = "a"', undefined],
])("of the file %j, the value is %j", (text, value) => {
  expect(valueIn(text)).toEqual(value);
});

test("the values of classes are read, with their bases, and not those of their methods", () => {
  const { classes } = readModule(
    'class A(apps.AppConfig, metaclass=M):\n  label = "a"\n  def ready(self):\n    label = "b"\n  name = "n"\nclass B: label = "b"\nlabel = "c"\n',
  );
  const found = classes.map(({ name, bases, values }) => [name, bases, plain(values.get("label")), plain(values.get("name"))]);
  expect(found).toEqual([
    ["A", ["apps.AppConfig", "metaclass=M"], "a", "n"],
    ["B", [], "b", undefined],
  ]);
});

test("imported names and the arguments of calls are found", () => {
  expect(importsOf("import os\nfrom .base import *\nfrom a.b import (c, d as e)\n")).toEqual([
    { module: ".base", name: "*", as: "*" },
    { module: "a.b", name: "c", as: "c" },
    { module: "a.b", name: "d", as: "e" },
  ]);
  const text = 't = "v"\nf(t=1, g(x=t), {"x": None}, x=h(a, b), y=2)\nx = "no"\n';
  expect(argumentsOf(text, "x", readModule(text).values).map(plain)).toEqual(["v", null, "?"]);
});

test("a string of many megabytes, and one without an end, are read in linear time", () => {
  expect(valueIn(`y = """${"a\\n".repeat(4_000_000)}"""\nx = "a"`)).toBe("a");
  expect(valueIn(`x = "a"\ny = """${"''".repeat(1_000_000)}`)).toBe("a");
});
