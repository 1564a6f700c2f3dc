import { expect, test } from "vitest";
import { columns } from "../../../src/cli/tables.ts";

test("a cell that is longer than the widest one moves the rest of its own row only", () => {
  const rows = [
    ["a", "short", "x"],
    ["bb", "a very long value", "y"],
  ];
  expect(columns(rows)).toEqual(["a   short              x", "bb  a very long value  y"]);
  expect(columns(rows, 8)).toEqual(["a   short  x", "bb  a very long value  y"]);
});

test("a cell with line breaks and escape sequences, such as the name of a branch of others, stays in its row", () => {
  expect(
    columns([
      ["a\n::error::b", "\u001B[31mred\u202E"],
      ["c", "d"],
    ]),
  ).toEqual([String.raw`a\n::error::b  \x1b[31mred\u202e`, "c              d"]);
});
