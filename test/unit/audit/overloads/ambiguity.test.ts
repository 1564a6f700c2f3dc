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
  test("is decided between the outbox case's overloads while neither has a default", () => {
    expect(between(worker(), tests, "typed")).toBeUndefined();
  });

  test("is ambiguous by name between the outbox case's overloads once the retry delay has a default", () => {
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
    ["one overload is the other plus a default", ["a integer"], ["a integer", "b integer = 0"], "positional"],
    ["all arguments have defaults", ["a integer = 1"], ["b text = null"], "positional"],
    ["the same names stand in another order", ["a text", "b integer"], ["b integer", "a text"], "named"],
    ["defaults leave the same names", ["a text", "x integer = 0"], ["y boolean = true", "a text"], "named"],
    ["a positional argument is followed by the same names", ["integer", "b text"], ["integer", "c date = null", "b text"], "named"],
    ["both take any number of integers", ["variadic integer[]"], ["integer", "variadic integer[]"], "positional"],
    ["a variadic one has a default", ["a integer"], ["integer", "variadic integer[] = '{}'"], "positional"],
  ])("is ambiguous where %s", (_, one, other, notation) => {
    expect(between(routine("app.f", ...one), routine("app.f", ...other), "typed")?.notation).toBe(notation);
  });

  test.each([
    ["the types differ", ["a integer"], ["a text"]],
    ["the counts differ and nothing has a default", ["a integer"], ["a integer", "b integer"]],
    ["the names differ", ["a text", "b integer"], ["c integer", "d text"]],
    ["the arguments have no names", ["text", "integer"], ["integer", "text"]],
    ["a needed name is of another type in the other", ["a text", "b integer"], ["b bigint", "a text"]],
    ["only one is variadic", ["a integer"], ["variadic integer[]"]],
  ])("is decided where %s", (_, one, other) => {
    expect(between(routine("app.f", ...one), routine("app.f", ...other), "typed")).toBeUndefined();
  });

  test("is decided for two variadics where a third overload takes it as it is", () => {
    const [one, other, third] = [["variadic integer[]"], ["integer", "variadic integer[]"], ["integer"]].map((list) =>
      routine("app.f", ...list),
    );
    const call = ambiguityOf(one as Routine, other as Routine, "typed", { group: [one, other, third] as Routine[], casts });
    expect(call?.arguments).toHaveLength(2);
  });
});

const wide = (type: string, other: string): Routine =>
  routine("app.f", ...Array.from({ length: 12 }, (__, at) => `p${at} ${at % 2 === 0 ? type : other}`));

describe("a call without types, and one between the types of two overloads", () => {
  test.each([
    ["a number and a truth value are equally good", ["a integer"], ["a boolean"], "untyped", [undefined]],
    ["text wins", ["a text"], ["a boolean"], "untyped", undefined],
    ["text at opposite places wins nothing", ["a text", "b integer"], ["a integer", "b text"], "untyped", [undefined, undefined]],
    ["the counts differ", ["a integer"], ["a integer", "b integer"], "untyped", undefined],
    ["a default counts", ["a integer", "b integer = 0"], ["a boolean"], "untyped", [undefined]],
    ["a small number fits neither exactly", ["a integer", "b bigint"], ["a bigint", "b integer"], "near", ["integer", "integer"]],
    ["one needs fewer conversions", ["a integer", "b bigint"], ["a bigint", "b bigint"], "near", undefined],
    ["a type that neither has fits neither exactly", ["a integer"], ["a bigint"], "far", ["smallint"]],
  ] as const)("is told or not where %s", (_, one, other, search, types) => {
    const call = between(routine("app.f", ...one), routine("app.f", ...other), search);
    expect(call?.arguments.map(({ type }) => type)).toEqual(types);
  });

  test("is given up, not tried for ever, where there are too many types to try", () => {
    const group = [wide("integer", "bigint"), wide("bigint", "integer"), wide("text", "text")];
    const [one, other] = group as [Routine, Routine];
    expect(ambiguityOf(one, other, "near", { group, casts })?.notation).toBe("cast");
  });
});
