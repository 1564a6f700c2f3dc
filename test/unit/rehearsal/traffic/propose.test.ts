import { expect, test } from "vitest";
import { parseTraffic } from "../../../../src/rehearsal/traffic/parse.ts";
import { proposeTraffic } from "../../../../src/rehearsal/traffic/propose.ts";

const propose = (...texts: readonly string[]): string =>
  proposeTraffic({ shapes: texts.map((sql, at) => ({ sql, calls: 100 - at })), seconds: undefined, hidden: 0 })?.text ?? "";

test("proposes the shapes with their weights and the rate of the server", () => {
  const shapes = [
    { sql: "select name from person where id = $1", calls: 9000 },
    { sql: "insert into visit (person, at)\n  values ($1, now())", calls: 1000 },
  ];
  const proposal = proposeTraffic({ shapes, seconds: 100, hidden: 0 });
  expect(proposal).toMatchObject({ statements: 2, parameters: 2 });
  expect(proposal?.text).toContain(`rate: 100 # statements in a second; the server had 100
statements:
  - sql: "select name from person where id = $1"
    weight: 900
    values:
      - FILL_IN # $1
  - sql: "insert into visit (person, at) values ($1, now())"
    weight: 100
    values:
      - FILL_IN # $1
`);
});

test("writes no constant that the server left in a text, and no comment", () => {
  const text = propose(
    "select * from person where mail = 'ann@example.org' and id = $2 /* user 4711 */ limit 25",
    "update person set note = E'it''s \\n secret' where id = $1 -- trace 99",
    "delete from person where born = date '1990-01-02' and k = $tag$ hidden $tag$",
  );
  expect(text).not.toMatch(/ann@|4711|25|secret|trace|1990|hidden/);
  expect(text).toContain("mail = $3 and id = $2 limit $4");
});

test("leaves out what is not of the application, what cannot be traffic, and what cannot be read to its end", () => {
  const own = "select a from orders";
  const text = propose(
    "select * from pg_catalog.pg_class",
    "select * from information_schema.tables",
    "SELECT DISTINCT attrelid FROM pg_attribute WHERE attacl IS NOT NULL",
    "SELECT c.oid FROM pg_class c JOIN pg_am a ON a.oid = c.relam",
    "begin",
    "set application_name = 'x'",
    "create table a (id int)",
    "select $1",
    "select pg_sleep($1) from orders",
    "select 1 from orders where a = 'b\\'",
    own,
  );
  expect(text.match(/- sql:/g)).toHaveLength(1);
  expect(text).toContain(own);
  expect(proposeTraffic({ shapes: [{ sql: "show all", calls: 5 }], seconds: 1, hidden: 0 })).toBeUndefined();
});

test("a long statement of an object-relational mapper is whole", () => {
  const columns = Array.from({ length: 60 }, (_, at) => `"public"."orders"."column_${at}"`).join(", ");
  expect(propose(`select ${columns} from "public"."orders" where "public"."orders"."id" = $1`)).toContain('column_59\\" from');
});

test("a proposal is a valid file once each value is filled in", () => {
  const text = propose("select * from person where id = $1 and name = $2", "delete from person where id = any($1)");
  expect(() => parseTraffic(text, "traffic.yaml")).toThrow(/traffic\.yaml:13: statements\.1\.values\.1 must be filled in/);
  expect(parseTraffic(text.replaceAll("FILL_IN", "1"), "traffic.yaml").statements).toHaveLength(2);
});
