import { expect, test } from "vitest";
import { namesIn, routineBody } from "../../../src/repair/names.ts";

test("the names of a function's body are found, with and without a schema", () => {
  const { qualified, bare } = namesIn({
    text: `begin -- hidden(1)
      /* hidden(2) */ perform App.Total(x), "Odd "" Name" ( y ) from lib . "T able" where a <@ b and c operator(lib.=~=) d; end`,
    schema: "app",
  });
  expect(qualified).toEqual(["app.total", 'lib."T able"', "lib.=~="]);
  expect(bare).toEqual(expect.arrayContaining(['Odd " Name', "<@", "x"]));
  expect(bare).not.toContain("hidden");
});

test("unqualified names count only in a function, because Postgres writes all others with their schema", () => {
  expect(namesIn({ text: "CHECK ((app.f(title) <> 'a'))", schema: undefined })).toEqual({
    qualified: ["app.f"],
    bare: [],
    schema: undefined,
  });
});

test("only the body of a definition is read, and nothing of a body that is parsed already", () => {
  const header = "CREATE OR REPLACE FUNCTION app.f(t text)\n RETURNS text\n LANGUAGE sql\n";
  expect(routineBody(`${header}AS $function$select helper(t)$function$\n`)).toBe("$function$select helper(t)$function$\n");
  expect(routineBody(`${header}BEGIN ATOMIC\n SELECT app.helper(t);\nEND\n`)).toBe("");
});
