import { expect, test } from "vitest";
import { sqlstateOfCondition } from "../../../src/postgres/condition-names.ts";

test.each([
  ["undefined_table", "42P01"],
  ["UndefinedTable", "42P01"],
  ["UndefinedTableError", "42P01"],
  ["SyntaxError", "42601"],
  ["InvalidTextRepresentation", "22P02"],
  ["InFailedSqlTransaction", "25P02"],
  ["OperationalError", undefined],
  ["constructor", undefined],
])("%s is %s", (name, sqlstate) => {
  expect(sqlstateOfCondition(name)).toBe(sqlstate);
});
