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
