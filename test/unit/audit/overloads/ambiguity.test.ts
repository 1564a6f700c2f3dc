import { describe, expect, test } from "vitest";
import { ambiguityOf, type AmbiguousCall, type Search } from "../../../../src/audit/overloads/ambiguity.ts";
import { castsOf } from "../../../../src/audit/overloads/casts.ts";
import type { Routine } from "../../../../src/catalog/routines.ts";
import { routine } from "../../../support/catalog.ts";

const casts = castsOf({ casts: [], domains: [] });

const between = (one: Routine, other: Routine, search: Search): AmbiguousCall | undefined =>
  ambiguityOf(one, other, search, { group: [one, other], casts });

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
  test("has one result for the overloads of the outbox case without defaults", () => {
    expect(between(worker(), tests, "typed")).toBeUndefined();
  });

  test("is ambiguous by name for the overloads of the outbox case with a default for the retry delay", () => {
    expect(between(worker("", " = 60"), tests, "typed")).toMatchObject({
      notation: "named",
      verb: "select",
      arguments: [
        { name: "p_event_id", type: "bigint" },
        { name: "p_processor_id", type: "text" },
        { name: "p_success", type: "boolean" },
        { name: "p_error", type: "text" },
      ],
    });
  });

  test.each([
    ["one overload is the other with an additional default", ["a integer"], ["a integer", "b integer = 0"], "positional"],
    ["all arguments have defaults", ["a integer = 1"], ["b text = null"], "positional"],
    ["the same names are in another order", ["a text", "b integer"], ["b integer", "a text"], "named"],
    ["the parameters without defaults have the same names", ["a text", "x integer = 0"], ["y boolean = true", "a text"], "named"],
    ["a positional argument is followed by the same names", ["integer", "b text"], ["integer", "c date = null", "b text"], "named"],
    ["both accept any number of integers", ["variadic integer[]"], ["integer", "variadic integer[]"], "positional"],
    ["a variadic overload has a default", ["a integer"], ["integer", "variadic integer[] = '{}'"], "positional"],
  ])("is ambiguous when %s", (_, one, other, notation) => {
    expect(between(routine("app.f", ...one), routine("app.f", ...other), "typed")?.notation).toBe(notation);
  });

  test.each([
    ["the types differ", ["a integer"], ["a text"]],
    ["the numbers of parameters differ, without defaults", ["a integer"], ["a integer", "b integer"]],
    ["the names differ", ["a text", "b integer"], ["c integer", "d text"]],
    ["the arguments have no names", ["text", "integer"], ["integer", "text"]],
    ["a required parameter has another type in the other overload", ["a text", "b integer"], ["b bigint", "a text"]],
    ["only one is variadic", ["a integer"], ["variadic integer[]"]],
  ])("has one result when %s", (_, one, other) => {
    expect(between(routine("app.f", ...one), routine("app.f", ...other), "typed")).toBeUndefined();
  });

  test("has one result for two variadic overloads when a third overload matches exactly", () => {
    const [one, other, third] = [["variadic integer[]"], ["integer", "variadic integer[]"], ["integer"]].map((list) =>
      routine("app.f", ...list),
    );
    const call = ambiguityOf(one as Routine, other as Routine, "typed", { group: [one, other, third] as Routine[], casts });
    expect(call?.arguments).toHaveLength(2);
  });
});

const wide = (type: string, other: string): Routine =>
  routine("app.f", ...Array.from({ length: 12 }, (__, at) => `p${at} ${at % 2 === 0 ? type : other}`));

describe("a call without types, or with types between those of two overloads", () => {
  test.each([
    ["is ambiguous for a number and a boolean", ["a integer"], ["a boolean"], "untyped", [undefined]],
    ["chooses text", ["a text"], ["a boolean"], "untyped", undefined],
    ["is ambiguous for text at different positions", ["a text", "b integer"], ["a integer", "b text"], "untyped", [undefined, undefined]],
    ["has one result for different numbers of parameters", ["a integer"], ["a integer", "b integer"], "untyped", undefined],
    ["is ambiguous for a parameter with a default", ["a integer", "b integer = 0"], ["a boolean"], "untyped", [undefined]],
    ["is ambiguous for an integer at two positions", ["a integer", "b bigint"], ["a bigint", "b integer"], "near", ["integer", "integer"]],
    ["chooses the overload with fewer conversions", ["a integer", "b bigint"], ["a bigint", "b bigint"], "near", undefined],
    ["is ambiguous for a type that neither overload has", ["a integer"], ["a bigint"], "far", ["smallint"]],
  ] as const)("%s", (_, one, other, search, types) => {
    const call = between(routine("app.f", ...one), routine("app.f", ...other), search);
    expect(call?.arguments.map(({ type }) => type)).toEqual(types);
  });

  test("is not searched completely when there are too many combinations of types", () => {
    const group = [wide("integer", "bigint"), wide("bigint", "integer"), wide("text", "text")];
    const [one, other] = group as [Routine, Routine];
    expect(ambiguityOf(one, other, "near", { group, casts })?.notation).toBe("cast");
  });
});
