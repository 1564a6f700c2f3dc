import { expect, test } from "vitest";
import { errorText, withKnownNames } from "../../../src/rehearsal/error-text.ts";
import { knownNames, namesOfStatement } from "../../../src/rehearsal/sql/known-names.ts";
import { tokensOf } from "../../../src/postgres/sql/tokens.ts";

const NAMES = [
  "public",
  "app",
  "orders",
  "item",
  "team",
  "total",
  "note",
  "json",
  "btree",
  "text",
  "int4",
  "lock_timeout",
  "order_view",
  "o",
];
const isKnown = knownNames(NAMES);

test.each([
  'relation "Sk_live_1" does not exist',
  'type "sk_live_1" does not exist',
  'unrecognized configuration parameter "sk_live_1"',
  'invalid source encoding name "sk_live_1"',
  'unit "sk_live_1" not recognized for type timestamp with time zone',
  'column "sk_live_1" does not exist',
  "column o.sk_live_1 does not exist",
  "column o.my sk_live_1 does not exist does not exist",
  "function sk_live_1() does not exist",
  "function a sk_live_1(integer, text) does not exist",
  "procedure app.sk_live_1 does not exist",
  "operator does not exist: integer sk_live_1.+ integer",
  "cross-database references are not implemented: a.b.sk_live_1.d",
  "improper qualified name (too many dotted names): a.b.c.sk_live_1",
  'syntax error at or near "sk_live_1"',
  'schema "orders" sk_live_1 "orders" does not exist',
  'schema "a" sk_live_1 "b" does not exist',
  'schema "a sk_live_1',
  'schema "orders" sk_live_1',
  "Relation »sk_live_1« existiert nicht",
  "Spalte o.sk_live_1 existiert nicht",
  'column "team" of relation "sk_live_1" does not exist',
  'could not open file "sk_live_1" for reading: No such file or directory',
  'invalid input syntax for type integer: "sk_live_1"',
  'relation "orders_sk_live_1_key" does not exist',
])("hides a name that only a row can have given: %s", (message) => {
  expect(withKnownNames(message, isKnown)).not.toMatch(/sk_live_1/i);
  expect(withKnownNames(message, isKnown)).toContain("…");
});

test("shows the whole message where each name of it is known", () => {
  const message = 'could not change table "orders" to unlogged because it references logged table "item"';
  expect(withKnownNames(message, isKnown)).toBe(message);
  expect(withKnownNames(message.replace("item", "sk_live_1"), isKnown)).toBe(message.replace("item", "…"));
});

test("hides a number that is a value", () => {
  expect(withKnownNames('setval: value 4711 is out of bounds for sequence "item"', isKnown)).toBe("setval: …");
  expect(withKnownNames("the value 4711 is too large", isKnown)).toBe("the value … is too large");
});

test.each([
  'column "team" of relation "item" contains null values',
  'null value in column "team" of relation "item" violates not-null constraint',
  'insert or update on table "item" violates foreign key constraint "item_team_fkey"',
  'could not create unique index "item_team_total_key1"',
  'check constraint "orders_total_check" of relation "orders" is violated by some row',
  'relation "app.orders" does not exist',
  'data type json has no default operator class for access method "btree"',
  "value too long for type character varying(20)",
  "function team(integer, text) does not exist",
  "operator does not exist: integer = text",
  "column o.total does not exist",
  'column "total" cannot be cast automatically to type integer',
  "cannot drop table orders because other objects depend on it",
  "permission denied for table orders",
  "must be owner of table order_view",
  "canceling statement due to lock timeout",
  "ALTER TYPE ... ADD cannot run inside a transaction block",
  "CREATE INDEX CONCURRENTLY cannot run inside a transaction block",
  'index row size 2712 exceeds btree version 4 maximum 2704 for index "item"',
  'syntax error at or near ")"',
  'syntax error at or near "team"',
  "syntax error at end of input",
  'duplicate key value violates unique constraint "orders_pkey"',
  'multiple primary keys for table "orders" are not allowed',
  "integer out of range",
  'there is no unique constraint matching given keys for referenced table "orders"',
  'cannot ALTER TABLE "orders" because it has pending trigger events',
  "current transaction is aborted, commands ignored until end of transaction block",
])("shows a message that has names of the schema and of the statements only: %s", (message) => {
  expect(withKnownNames(message, isKnown)).toBe(message);
});

test("the object of an error that code in the database raised is shown only if it exists", () => {
  const raised = { sqlstate: "23505", message: "secret", isRaised: true } as const;
  expect(errorText({ ...raised, object: "constraint sk_live.c" }, isKnown)).not.toContain("sk_live");
  expect(errorText({ ...raised, object: "column app.orders.total" }, isKnown)).toContain("column app.orders.total");
  expect(errorText({ ...raised, object: "constraint sk_live.c" }, isKnown, true)).toContain("secret");
});

test("the code of a DO block has names, and its strings and those of the statement do not", () => {
  const names = namesOfStatement(tokensOf(`do $x$ begin perform 'inner' from shop; execute $q$drop quoted$q$; end $x$`));
  expect(names).toEqual(expect.arrayContaining(["do", "shop", "begin"]));
  expect(names).not.toEqual(expect.arrayContaining(["inner"]));
  expect(names).not.toEqual(expect.arrayContaining(["quoted"]));
  expect(namesOfStatement(tokensOf("insert into t values ($$secret$$, 'other')"))).toEqual(["insert", "into", "t", "values"]);
});

test("a name that the server cut is known", () => {
  expect(knownNames(["n".repeat(70)])("n".repeat(63))).toBe(true);
});
