import { expect, test } from "vitest";
import { knownNames } from "../../../../src/rehearsal/sql/known-names.ts";
import { newCollection } from "../../../../src/rehearsal/traffic/latency.ts";
import { measuredTraffic } from "../../../../src/rehearsal/traffic/measured.ts";
import { parseTraffic } from "../../../../src/rehearsal/traffic/parse.ts";

const traffic = parseTraffic("version: 1\nstatements:\n  - sql: select total from orders\n", "traffic.yaml");
const isKnown = knownNames(["orders", "total"]);

test("errors that differ in the value of a row are one cause, without the value", () => {
  const collection = newCollection();
  collection.during.causes.set('unit "secret1" not recognized for type date (SQLSTATE 22023)', 2);
  collection.during.causes.set('unit "secret2" not recognized for type date (SQLSTATE 22023)', 3);
  collection.during.causes.set('column "total" does not exist (SQLSTATE 42703)', 1);
  const errors = [{ message: 'relation "secret3" does not exist', sqlstate: "42P01" }];
  const met = measuredTraffic(traffic, [collection], { ok: false, errors, measured: { ms: 1, tables: [] } }, isKnown, () => false);
  expect(met.all.during.causes).toEqual([
    'unit "…" not recognized for type date (SQLSTATE 22023)',
    'column "total" does not exist (SQLSTATE 42703)',
  ]);
  expect(met.error).toBe('relation "…" does not exist (SQLSTATE 42P01)');
});

const isParameter = (name: string): boolean => ["app.customer", "customer", "orders"].includes(name);

test("an error has no name that is a parameter of the traffic, except for those of the statement itself", () => {
  const own = parseTraffic(
    "version: 1\nstatements:\n  - sql: select total from orders where kind = $1::regclass\n    values: [1]\n",
    "t.yaml",
  );
  const collection = newCollection();
  for (const name of ["app.customer", "customer", "orders", "uq_mail"]) {
    collection.during.causes.set(`relation "${name}" does not exist (SQLSTATE 42P01)`, 1);
  }
  const known = knownNames(["app", "customer", "orders", "uq_mail"]);
  const met = measuredTraffic(own, [collection], { ok: true, errors: [], measured: { ms: 1, tables: [] } }, known, isParameter);
  expect(met.all.during.causes.map((cause) => /"(.*)"/.exec(cause)?.[1])).toEqual(["…", "orders", "uq_mail"]);
});
