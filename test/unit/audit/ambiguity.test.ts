import { describe, expect, test } from "vitest";
import { typedAmbiguity, untypedRivals } from "../../../src/audit/ambiguity.ts";
import { routine } from "../../support/catalog.ts";

const worker = (...defaults: readonly string[]) =>
  routine(
    "app.complete_outbox_event",
    "p_event_id bigint",
    "p_processor_id text",
    "p_success boolean",
    `p_error text${defaults[0] ?? ""}`,
    `p_retry_delay_seconds integer${defaults[1] ?? ""}`,
  );
const tests = routine("app.complete_outbox_event", "p_event_id bigint", "p_success boolean", "p_error text", "p_processor_id text");

describe("a call with typed arguments", () => {
  test("is decided between the outbox case's overloads while neither has a default", () => {
    expect(typedAmbiguity(worker(), tests)).toBeUndefined();
  });

  test("is ambiguous by name between the outbox case's overloads once the retry delay has a default", () => {
    expect(typedAmbiguity(worker("", " = 60"), tests)).toEqual({
      notation: "named",
      positional: [],
      named: [
        { name: "p_event_id", type: "bigint" },
        { name: "p_processor_id", type: "text" },
        { name: "p_success", type: "boolean" },
        { name: "p_error", type: "text" },
      ],
    });
  });

  test.each([
    ["one overload is the other plus a default", ["a integer"], ["a integer", "b integer = 0"], "positional"],
    ["all arguments have defaults", ["a integer = 1"], ["b text = null"], "positional"],
    ["the same names stand in another order", ["a text", "b integer"], ["b integer", "a text"], "named"],
    ["defaults leave the same names", ["a text", "x integer = 0"], ["y boolean = true", "a text"], "named"],
    ["a positional argument is followed by the same names", ["integer", "b text"], ["integer", "c date = null", "b text"], "named"],
    ["both take any number of integers", ["variadic integer[]"], ["integer", "variadic integer[]"], "positional"],
  ])("is ambiguous where %s", (_, one, other, notation) => {
    const call = typedAmbiguity(routine("app.f", ...one), routine("app.f", ...other));
    expect(call?.notation).toBe(notation);
  });

  test.each([
    ["the types differ", ["a integer"], ["a text"]],
    ["the counts differ and nothing has a default", ["a integer"], ["a integer", "b integer"]],
    ["the names differ", ["a text", "b integer"], ["c integer", "d text"]],
    ["the arguments have no names", ["text", "integer"], ["integer", "text"]],
    ["a needed name is of another type in the other", ["a text", "b integer"], ["b bigint", "a text"]],
    ["only one is variadic", ["a integer"], ["variadic integer[]"]],
  ])("is decided where %s", (_, one, other) => {
    expect(typedAmbiguity(routine("app.f", ...one), routine("app.f", ...other))).toBeUndefined();
  });
});

describe("a call with untyped arguments", () => {
  test.each([
    ["a number and a truth value are equally good", [["a integer"], ["a boolean"]], 1, 2],
    ["text wins over everything", [["a integer"], ["a boolean"], ["a text"]], 1, 1],
    [
      "text at opposite places wins nothing",
      [
        ["a text", "b integer"],
        ["a integer", "b text"],
      ],
      2,
      2,
    ],
    ["the preferred type of a category wins", [["a boolean"], ["a integer"]], 1, 2],
    ["one takes that many", [["a integer"], ["a integer", "b integer"]], 2, 1],
    ["a default counts", [["a integer", "b integer = 0"], ["a boolean"]], 1, 2],
  ])("knows that %s", (_, overloads, count, left) => {
    const rivals = untypedRivals(
      overloads.map((list) => routine("app.f", ...list)),
      count,
    );
    expect(rivals).toHaveLength(left);
  });
});
