import { expect, test } from "vitest";
import { widens } from "../../../../src/repair/objects/widening.ts";

test.each([
  ["integer", "bigint"],
  ["smallint", "numeric"],
  ["real", "double precision"],
  ["date", "timestamp without time zone"],
  ["character varying(20)", "character varying(40)"],
  ["character varying(20)", "character varying"],
  ["character varying(20)", "text"],
  ["character(3)", "character varying(3)"],
  ["uuid", "text"],
  ["numeric(8,2)", "numeric(10,2)"],
  ["numeric(8,2)", "numeric"],
  ["timestamp(3) without time zone", "timestamp(6) without time zone"],
])("every %s fits into %s", (from, to) => {
  expect(widens(from, to)).toBe(true);
});

test.each([
  ["bigint", "integer"],
  ["text", "character varying(20)"],
  ["character varying(40)", "character varying(20)"],
  ["character varying", "character varying(20)"],
  ["numeric(10,2)", "numeric(10,4)"],
  ["numeric", "numeric(10,2)"],
  ["text", "integer"],
  ["timestamp(6) without time zone", "timestamp(3) without time zone"],
  ["bit(3)", "bit(5)"],
  ["app.mood", "app.colour"],
])("not every %s fits into %s", (from, to) => {
  expect(widens(from, to)).toBe(false);
});
