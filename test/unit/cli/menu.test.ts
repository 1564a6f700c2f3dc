import { expect, test } from "vitest";
import { menu } from "../../../src/cli/menu.ts";

const begin = (): never => {
  throw new Error("not called");
};

test.each([60, 80, 100, 200])("no line of any help is wider than a terminal of %d columns, or 100", (columns) => {
  const program = menu(begin, [], columns);
  for (const command of [program, ...program.commands]) {
    const lines = command.helpInformation().split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(Math.min(columns, 100));
  }
});
