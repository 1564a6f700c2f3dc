import { describe, expect, test } from "vitest";
import { isOffshootError } from "../../../../src/errors.ts";
import { parseSpec } from "../../../../src/audit/spec/parse.ts";

/** The lines of the one error that a bad spec makes. */
function problems(text: string): string[] {
  try {
    parseSpec(text, "s.yaml");
  } catch (thrown) {
    if (!isOffshootError(thrown) || thrown.code !== "SPEC_INVALID") throw thrown;
    return thrown.message.split("\n");
  }
  throw new Error("the spec was accepted");
}

const under = (text: string): string => `version: 1\nschemas:\n  app:\n${text.replaceAll(/^/gm, "    ")}\n`;

test.each<[what: string, text: string, told: readonly string[]]>([
  ["an empty file", "", ['s.yaml:1: the file is empty; it starts with "version: 1"']],
  ["a list at the top", "- a", ["s.yaml:1: must be a mapping, not a list"]],
  ["a text at the top", "hello", ['s.yaml:1: must be a mapping, not "hello"']],
  ["no version", "schemas: { app: }", ['s.yaml:1: "version" is missing: 1']],
  ["another version", "version: 2", ['s.yaml:1: version must be 1, not "2"']],
  ["a misspelt section", "version: 1\nschema: {}", ['s.yaml:2: unknown key "schema"; did you mean "schemas"?']],
  [
    "a section nobody knows",
    "version: 1\nqwertz: {}",
    [expect.stringMatching(/^s\.yaml:2: unknown key "qwertz"; known are version, .*ignore$/)],
  ],
  ["a misspelt section of a schema", under("table: []"), ['s.yaml:4: unknown key "table"; did you mean "tables"?']],
  [
    "a misspelt section of a table",
    under("tables:\n  users:\n    colums: []"),
    ['s.yaml:6: unknown key "colums"; did you mean "columns"?'],
  ],
  [
    "a misspelt property of a column",
    under("tables:\n  users:\n    columns:\n      id: { nulable: false }"),
    ['s.yaml:7: unknown key "nulable"; did you mean "nullable"?'],
  ],
  [
    "a misspelt mode",
    under("mode: exact"),
    ['s.yaml:4: schemas.app.mode must be one of at least, exactly, not "exact"; did you mean "exactly"?'],
  ],
  ["a list for a table", under("tables:\n  users: [id]"), ["s.yaml:5: schemas.app.tables.users must be a mapping, not a list"]],
  ["a text for a section", under("tables: users"), ['s.yaml:4: schemas.app.tables must be a list or a mapping, not "users"']],
  [
    "a list for a column",
    under("tables:\n  users:\n    columns:\n      id: [bigint]"),
    ["s.yaml:7: schemas.app.tables.users.columns.id must be a text or a mapping, not a list"],
  ],
  [
    "a text for a truth value",
    under("tables:\n  users:\n    columns:\n      id:\n        nullable: no"),
    ['s.yaml:8: schemas.app.tables.users.columns.id.nullable must be true or false, not "no"'],
  ],
  [
    "an empty type",
    under('tables:\n  users:\n    columns:\n      id: ""'),
    ["s.yaml:7: schemas.app.tables.users.columns.id must not be empty"],
  ],
  [
    "serial for a type",
    under("tables:\n  users:\n    columns:\n      id: bigserial"),
    ['s.yaml:7: "bigserial" is no type: the column is "bigint" with a default of nextval(…)'],
  ],
  [
    "an unknown identity",
    under("tables:\n  users:\n    columns:\n      id: { identity: allways }"),
    ['s.yaml:7: schemas.app.tables.users.columns.id.identity must be one of always, by default, not "allways"; did you mean "always"?'],
  ],
  [
    "a function with one text",
    under("functions:\n  total: (bigint)"),
    ['s.yaml:5: schemas.app.functions.total must be a list or a mapping, not "(bigint)"'],
  ],
  [
    "a signature without parentheses",
    under("functions:\n  total:\n    - bigint"),
    ['s.yaml:6: "bigint": a signature starts with "(", as in (bigint, text)'],
  ],
  [
    "an open parenthesis",
    under("functions:\n  total:\n    - (numeric(10, 2)"),
    ['s.yaml:6: "(numeric(10, 2)": the parenthesis of the signature is not closed'],
  ],
  [
    "words behind a signature",
    under("functions:\n  total:\n    - (bigint) stable"),
    ['s.yaml:6: "(bigint) stable": only "returns <type>" may follow the arguments, not "stable"'],
  ],
  ["an empty argument", under("functions:\n  total:\n    - (bigint,, text)"), ['s.yaml:6: "(bigint,, text)": an argument is empty']],
  [
    "one overload twice",
    under("functions:\n  total:\n    - (bigint)\n    - (p_id int8)"),
    ['s.yaml:7: the overload "(bigint)" is listed twice'],
  ],
  ["an overload without arguments", under("functions:\n  total:\n    - returns: integer"), ['s.yaml:6: "args" is missing: a text']],
  [
    "an unknown volatility",
    under("functions:\n  total:\n    - args: ()\n      volatility: inmutable"),
    [
      's.yaml:7: schemas.app.functions.total.0.volatility must be one of immutable, stable, volatile, not "inmutable"; did you mean "immutable"?',
    ],
  ],
  ["a name listed twice", under("tables: [users, teams, users]"), ['s.yaml:4: "users" is listed twice']],
  ["a name with its schema", under("tables:\n  app.users:"), ['s.yaml:5: "app.users" stands under its schema already: leave "app." out']],
  [
    "something absent with columns",
    under("tables:\n  users:\n    absent: true\n    columns: [id]"),
    ['s.yaml:7: an absent object can\'t have "columns"'],
  ],
  ["absent: false", under("tables:\n  users: { absent: false }"), ["s.yaml:5: schemas.app.tables.users.absent must be true, not false"]],
  [
    "an unknown severity",
    under("tables:\n  users: { severity: fatal }"),
    ['s.yaml:5: schemas.app.tables.users.severity must be one of error, warning, info, not "fatal"'],
  ],
  ["an empty reason", under('tables:\n  users: { reason: "" }'), ["s.yaml:5: schemas.app.tables.users.reason must not be empty"]],
  [
    "an index over no columns",
    under("tables:\n  users:\n    indexes:\n      i: { columns: [] }"),
    ["s.yaml:7: schemas.app.tables.users.indexes.i.columns must not be empty"],
  ],
  [
    "a version table without a demand",
    "version: 1\nmigrations:\n  alembic_version: { column: version_num }",
    ['s.yaml:3: "alembic_version" needs "equals", "contains" or "heads"'],
  ],
  [
    "a version table with two demands",
    "version: 1\nmigrations:\n  v: { column: c, equals: [a], contains: [a] }",
    ['s.yaml:3: "v" can\'t have both "equals" and "contains"'],
  ],
  ["a version table without a column", "version: 1\nmigrations:\n  v: { equals: [a] }", ['s.yaml:3: "column" is missing: a text']],
  ["an exception without a reason", "version: 1\nignore:\n  - object: app.x", ['s.yaml:3: "reason" is missing: a text']],
  ["an exception without an object", "version: 1\nignore:\n  - reason: x", ['s.yaml:3: "object" is missing: a text']],
  [
    "an exception of an unknown code",
    "version: 1\nignore:\n  - { object: a, reason: b, code: mising }",
    [expect.stringMatching(/^s\.yaml:3: ignore\.0\.code must be one of missing, .*; did you mean "missing"\?$/)],
  ],
  [
    "an exception until a day that is none",
    "version: 1\nignore:\n  - object: a\n    reason: b\n    until: 2026-02-31",
    ['s.yaml:5: "until" must be a day such as 2026-12-31, not "2026-02-31"'],
  ],
  [
    "an exception until someday",
    "version: 1\nignore:\n  - { object: a, reason: b, until: someday }",
    ['s.yaml:3: "until" must be a day such as 2026-12-31, not "someday"'],
  ],
  [
    "a misspelt privilege",
    under("tables:\n  users:\n    grants: { reader: [selct] }"),
    [
      expect.stringMatching(
        /^s\.yaml:6: schemas\.app\.tables\.users\.grants\.reader\.0 must be one of select, .*; did you mean "select"\?$/,
      ),
    ],
  ],
  [
    "a privilege for a list",
    under("tables:\n  users:\n    grants: { reader: select }"),
    ['s.yaml:6: schemas.app.tables.users.grants.reader must be a list, not "select"'],
  ],
  [
    "grants as a list",
    under("tables:\n  users:\n    grants: [select]"),
    ["s.yaml:6: schemas.app.tables.users.grants must be a mapping, not a list"],
  ],
  ["an empty comment", under('tables:\n  users:\n    comment: ""'), ["s.yaml:6: schemas.app.tables.users.comment must not be empty"]],
  [
    "grants of a trigger, which has none",
    under("tables:\n  users:\n    triggers:\n      touch: { grants: {} }"),
    [expect.stringMatching(/^s\.yaml:7: unknown key "grants"; known are absent, .*fires$/)],
  ],
  [
    "a misspelt word of a rule",
    under("tables:\n  users:\n    rules:\n      r: { definiton: x }"),
    ['s.yaml:7: unknown key "definiton"; did you mean "definition"?'],
  ],
  [
    "a rule that fires never",
    under("tables:\n  users:\n    rules:\n      r: { fires: replicas }"),
    [
      's.yaml:7: schemas.app.tables.users.rules.r.fires must be one of origin, replica, always, disabled, not "replicas"; did you mean "replica"?',
    ],
  ],
  ["a misspelt section of statistics", under("statistic: []"), ['s.yaml:4: unknown key "statistic"; did you mean "statistics"?']],
  [
    "a list for statistics",
    under("statistics:\n  s: [a, b]"),
    ["s.yaml:5: schemas.app.statistics.s must be a text or a mapping, not a list"],
  ],
  ["a misspelt section at the top", "version: 1\npublication: []", ['s.yaml:2: unknown key "publication"; did you mean "publications"?']],
  [
    "a misspelt word of a publication",
    "version: 1\npublications:\n  news: { table: [a] }",
    ['s.yaml:3: unknown key "table"; did you mean "tables"?'],
  ],
  [
    "an operation that is not published",
    "version: 1\npublications:\n  news: { operations: [select] }",
    ['s.yaml:3: publications.news.operations.0 must be one of insert, update, delete, truncate, not "select"'],
  ],
  [
    "a misspelt word of an event trigger",
    "version: 1\neventTriggers:\n  audit: { events: ddl_command_end }",
    ['s.yaml:3: unknown key "events"; did you mean "event"?'],
  ],
  [
    "one table for the published list",
    "version: 1\npublications:\n  news: { tables: app.users }",
    ['s.yaml:3: publications.news.tables must be a list, not "app.users"'],
  ],
  [
    "required without a star",
    under("tables:\n  users: { required: true }"),
    ['s.yaml:5: only a pattern can be "required": "users" holds no star'],
  ],
  [
    "required: false",
    under('tables:\n  "a_*": { required: false }'),
    ["s.yaml:5: schemas.app.tables.a_*.required must be true, not false"],
  ],
  [
    "a pattern that is absent and required",
    under('tables:\n  "a_*": { absent: true, required: true }'),
    ['s.yaml:5: an absent object can\'t have "required"'],
  ],
  ["a pattern listed twice", under('tables: ["a_*", "a_*"]'), ['s.yaml:4: "a_*" is listed twice']],
  [
    "a pattern over functions with a list of overloads",
    under('functions:\n  "api_*":\n    - (bigint)'),
    ['s.yaml:5: "api_*" stands for many functions and can\'t list overloads: say "each"'],
  ],
  [
    "arguments of each",
    under('functions:\n  "api_*": { each: { args: () } }'),
    [expect.stringMatching(/^s\.yaml:5: unknown key "args"; known are /)],
  ],
  [
    "a name that is no regular expression",
    under('naming:\n  tables: "[a-z"'),
    [expect.stringMatching(/^s\.yaml:5: "\[a-z" is no regular expression: /)],
  ],
  ["naming of a kind that has no names", under("naming:\n  table: '[a-z]+'"), ['s.yaml:5: unknown key "table"; did you mean "tables"?']],
  ["naming without an expression", under("naming:\n  tables: { severity: info }"), ['s.yaml:5: "like" is missing: a text']],
  [
    "a misspelt word for the heads",
    "version: 1\nmigrations: head",
    ['s.yaml:2: migrations must be heads, not "head"; did you mean "heads"?'],
  ],
  ["a list of migrations", "version: 1\nmigrations: [heads]", ["s.yaml:2: migrations must be heads or a mapping, not a list"]],
  [
    "heads with an object's word",
    "version: 1\nmigrations:\n  heads: { resaon: x }",
    ['s.yaml:3: unknown key "resaon"; did you mean "reason"?'],
  ],
  [
    "a version table that is absent",
    "version: 1\nmigrations:\n  v: { column: c, equals: [a], absent: true }",
    [expect.stringMatching(/^s\.yaml:3: unknown key "absent"; known are /)],
  ],
  ["an old Postgres", "version: 1\npostgres: 9.6", ['s.yaml:2: postgres must be a major version from 14 on, not "9.6"']],
  ["one key twice", "version: 1\nschemas: {}\nschemas: {}", ['s.yaml:3: "schemas" is listed twice']],
  ["one quoted name twice", under("tables:\n  \"a b\": {}\n  'a b': {}"), ['s.yaml:6: "a b" is listed twice']],
  ["a list as a name", "version: 1\nschemas:\n  ? [a, b]\n  : {}", ["s.yaml:3: a name must be a text"]],
  ["a template's braces", under("tables:\n  {{ name }}:"), [expect.stringMatching(/^s\.yaml:5: /)]],
  ["a tag", "version: 1\nschemas: !ruby/object:Foo\n  app: {}", ["s.yaml:2: Unresolved tag: !ruby/object:Foo"]],
  ["a second document", "version: 1\n---\nversion: 1", ["s.yaml:2: a second document begins here, and a spec is one"]],
  ["an empty name", "version: 1\nschemas:\n  : {}", ["s.yaml:3: a name must not be empty"]],
  [
    "broken YAML",
    "version: 1\nschemas: { app: [",
    [
      "s.yaml:2: Flow sequence in block collection must be sufficiently indented and end with a ]",
      "s.yaml:2: Flow map in block collection must be sufficiently indented and end with a }",
    ],
  ],
  ["a tab for a blank", "version: 1\nschemas:\n\tapp:", [expect.stringMatching(/^s\.yaml:3: .*[Tt]ab/)]],
  ["an alias to nowhere", "version: 1\nschemas:\n  app: *gone", ["s.yaml:3: there is no anchor &gone before this alias"]],
])("%s is told with its line", (_, text, told) => {
  expect(problems(text)).toEqual(told);
});

test("all problems are told at once, in the order of the file", () => {
  const text = under("mode: most\ntables:\n  users:\n    columns:\n      id: 1\n      name: [text]\n    index: []\nfunction: []");
  expect(problems(text).map((line) => /^s\.yaml:(\d+): (.{30})/.exec(line)?.slice(1))).toEqual([
    ["4", expect.stringContaining("schemas.app.mode")],
    ["9", expect.stringContaining("schemas.app.tables.users.colum")],
    ["10", expect.stringContaining("unknown key")],
    ["11", expect.stringContaining("unknown key")],
  ]);
});

describe("a good spec", () => {
  test("keeps numbers as they are written", () => {
    const spec = parseSpec("version: 1\nmigrations: { v: { column: c, equals: [0035, 1.10, 1e3, 9223372036854775807] } }", "s.yaml");
    expect(spec.migrations[0]?.equals).toEqual(["0035", "1.10", "1e3", "9223372036854775807"]);
  });

  test("knows the line of each entry", () => {
    const spec = parseSpec(under("tables:\n  users:\n    columns:\n      id: bigint\n      name:\n        type: text\n  teams:"), "s.yaml");
    const users = spec.schemas.get("app")?.tables?.get("users");
    expect([users?.line, users?.columns?.get("id")?.line, users?.columns?.get("name")?.line]).toEqual([5, 7, 8]);
    expect(spec.schemas.get("app")?.tables?.get("teams")).toMatchObject({ line: 10, nameOnly: true });
  });

  test("may be nothing but a version", () => {
    expect(parseSpec("version: 1", "s.yaml")).toMatchObject({ migrations: [], ignore: [] });
  });

  test("may name a table like a property of objects", () => {
    const tables = parseSpec(under("tables: { constructor: , toString: { columns: [valueOf] } }"), "s.yaml").schemas.get("app")?.tables;
    expect([...(tables?.keys() ?? [])]).toEqual(["constructor", "toString"]);
  });
});
