import { expect, test } from "vitest";
import type { Comment } from "../../../src/catalog/comments.ts";
import type { Contents } from "../../../src/catalog/catalog.ts";
import { compareCatalogs } from "../../../src/drift/compare.ts";
import { catalogOf, routine } from "../../support/catalog.ts";

const comment = (on: string, name: string): Comment => ({ id: `${on} ${name}`, on, name, text: "why" });

const view = {
  id: "app.v",
  schema: "app",
  name: "v",
  owner: "owner",
  materialized: false,
  definition: "SELECT 1 AS id",
  columns: [{ name: "id", type: "integer", nullable: true }],
};

/** Parts of a missing object, with the names that Postgres gives them. */
const PARTS: readonly (readonly [what: string, contents: Partial<Contents>, object: string])[] = [
  [
    "the comment on a function of several arguments",
    {
      routines: [routine("app.f", "a integer", 'b app."T,x"', "c text")],
      comments: [comment("function", 'app.f(integer,app."T,x",pg_catalog.text)')],
    },
    'app.f(integer, app."T,x", text)',
  ],
  [
    "the comment on an attribute",
    {
      composites: [{ id: "app.c", schema: "app", name: "c", owner: "owner", attributes: [{ name: "a", type: "text" }] }],
      comments: [comment("composite type column", "app.c.a")],
    },
    "app.c",
  ],
  [
    "the comment on an operator",
    {
      operators: [{ id: "app.===(integer, text)", schema: "app", name: "===", owner: "me", function: "app.f(integer,text)" }],
      comments: [comment("operator", "app.===(integer,pg_catalog.text)")],
    },
    "app.===(integer, text)",
  ],
  [
    "the comment on a cast",
    {
      casts: [{ id: "app.c as text", name: "app.c as text", context: "explicit", method: "inout" }],
      comments: [comment("cast", "(app.c AS pg_catalog.text)")],
    },
    "app.c as text",
  ],
  [
    "the right to a view's column",
    { views: [view], grants: [{ id: "column app.v.id", name: "app.v.id", on: "column", rights: ["reader=SELECT"] }] },
    "app.v",
  ],
];

test.each(PARTS)("%s is not listed separately from the missing object", (_, contents, object) => {
  const expected = catalogOf(contents);
  const actual = { ...catalogOf({}), schemas: expected.schemas };
  expect(compareCatalogs(expected, actual)).toMatchObject([{ change: "missing", object }]);
});
