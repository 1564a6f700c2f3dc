import { describe, expect, test } from "vitest";
import { isOffshootError } from "../../../../src/errors.ts";
import { parseSpec } from "../../../../src/audit/spec/parse.ts";

/** The lines of the error for an invalid spec. */
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

test.each<[what: string, text: string, expected: readonly string[]]>([
  ["an empty file", "", ['s.yaml:1: the file is empty: start it with "version: 1"']],
  ["a list at the top", "- a", ["s.yaml:1: the file must be a mapping, not a list"]],
  ["a text at the top", "hello", ['s.yaml:1: the file must be a mapping, not "hello"']],
  ["no version", "schemas: { app: }", ['s.yaml:1: "version" is missing: add it, with 1 as its value']],
  ["another version", "version: 2", ['s.yaml:1: version must be 1, not "2"']],
  ["a misspelled section", "version: 1\nschema: {}", ['s.yaml:2: unknown key "schema". Did you mean "schemas"?']],
  [
    "an unknown section",
    "version: 1\nqwertz: {}",
    [expect.stringMatching(/^s\.yaml:2: unknown key "qwertz"; valid keys: version, .*ignore$/)],
  ],
  ["a misspelled section of a schema", under("table: []"), ['s.yaml:4: unknown key "table". Did you mean "tables"?']],
  [
    "a misspelled section of a table",
    under("tables:\n  users:\n    colums: []"),
    ['s.yaml:6: unknown key "colums". Did you mean "columns"?'],
  ],
  [
    "a misspelled property of a column",
    under("tables:\n  users:\n    columns:\n      id: { nulable: false }"),
    ['s.yaml:7: unknown key "nulable". Did you mean "nullable"?'],
  ],
  [
    "a misspelled mode",
    under("mode: exact"),
    ['s.yaml:4: schemas.app.mode must be one of "at least", "exactly", not "exact". Did you mean "exactly"?'],
  ],
  ["a list instead of a table", under("tables:\n  users: [id]"), ["s.yaml:5: schemas.app.tables.users must be a mapping, not a list"]],
  ["a text instead of a section", under("tables: users"), ['s.yaml:4: schemas.app.tables must be a list or a mapping, not "users"']],
  [
    "a list instead of a column",
    under("tables:\n  users:\n    columns:\n      id: [bigint]"),
    ["s.yaml:7: schemas.app.tables.users.columns.id must be a text or a mapping, not a list"],
  ],
  [
    "a text instead of a boolean",
    under("tables:\n  users:\n    columns:\n      id:\n        nullable: no"),
    ['s.yaml:8: schemas.app.tables.users.columns.id.nullable must be true or false, not "no"'],
  ],
  [
    "an empty type",
    under('tables:\n  users:\n    columns:\n      id: ""'),
    ["s.yaml:7: schemas.app.tables.users.columns.id must not be empty"],
  ],
  [
    "serial as a type",
    under("tables:\n  users:\n    columns:\n      id: bigserial"),
    ['s.yaml:7: "bigserial" is not a type: write "bigint", and a default of nextval(…)'],
  ],
  [
    "an unknown identity",
    under("tables:\n  users:\n    columns:\n      id: { identity: allways }"),
    ['s.yaml:7: schemas.app.tables.users.columns.id.identity must be one of "always", "by default", not "allways". Did you mean "always"?'],
  ],
  [
    "a function with a text instead of a list",
    under("functions:\n  total: (bigint)"),
    ['s.yaml:5: schemas.app.functions.total must be a list or a mapping, not "(bigint)"'],
  ],
  [
    "a signature without parentheses",
    under("functions:\n  total:\n    - bigint"),
    ['s.yaml:6: "bigint": a signature must start with "(", as in (bigint, text)'],
  ],
  [
    "a signature without a closing parenthesis",
    under("functions:\n  total:\n    - (numeric(10, 2)"),
    ['s.yaml:6: "(numeric(10, 2)": the signature has no closing parenthesis: add ")"'],
  ],
  [
    "a property after a signature",
    under("functions:\n  total:\n    - (bigint) stable"),
    [
      's.yaml:6: "(bigint) stable": only "returns <type>" can follow the arguments, not "stable": for other properties, use a mapping with "args"',
    ],
  ],
  [
    "an empty argument",
    under("functions:\n  total:\n    - (bigint,, text)"),
    ['s.yaml:6: "(bigint,, text)": an argument is empty: write its type, or remove the comma'],
  ],
  [
    "an overload that is listed twice",
    under("functions:\n  total:\n    - (bigint)\n    - (p_id int8)"),
    ['s.yaml:7: the overload "(bigint)" is listed twice: remove one of the two'],
  ],
  [
    "an overload without arguments",
    under("functions:\n  total:\n    - returns: integer"),
    ['s.yaml:6: "args" is missing: add it, with a text as its value'],
  ],
  [
    "an unknown volatility",
    under("functions:\n  total:\n    - args: ()\n      volatility: inmutable"),
    [
      's.yaml:7: schemas.app.functions.total.0.volatility must be one of "immutable", "stable", "volatile", not "inmutable". Did you mean "immutable"?',
    ],
  ],
  ["a name that is listed twice", under("tables: [users, teams, users]"), ['s.yaml:4: "users" is listed twice: remove one of the two']],
  ["a name with its schema", under("tables:\n  app.users:"), ['s.yaml:5: "app.users" repeats its schema: write "users"']],
  [
    "an absent table with columns",
    under("tables:\n  users:\n    absent: true\n    columns: [id]"),
    ['s.yaml:7: an object with "absent" cannot have "columns": remove "columns", or remove "absent"'],
  ],
  ["absent: false", under("tables:\n  users: { absent: false }"), ["s.yaml:5: schemas.app.tables.users.absent must be true, not false"]],
  [
    "an unknown severity",
    under("tables:\n  users: { severity: fatal }"),
    ['s.yaml:5: schemas.app.tables.users.severity must be one of "error", "warning", "info", not "fatal"'],
  ],
  ["an empty reason", under('tables:\n  users: { reason: "" }'), ["s.yaml:5: schemas.app.tables.users.reason must not be empty"]],
  [
    "an index without columns",
    under("tables:\n  users:\n    indexes:\n      i: { columns: [] }"),
    ["s.yaml:7: schemas.app.tables.users.indexes.i.columns must not be empty"],
  ],
  [
    "a version table without versions",
    "version: 1\nmigrations:\n  alembic_version: { column: version_num }",
    ['s.yaml:3: "alembic_version" lists no versions: add "equals", "contains" or "heads"'],
  ],
  [
    "a version table with two lists of versions",
    "version: 1\nmigrations:\n  v: { column: c, equals: [a], contains: [a] }",
    ['s.yaml:3: "v" cannot have "equals" and "contains": keep one of them'],
  ],
  [
    "a version table without a column",
    "version: 1\nmigrations:\n  v: { equals: [a] }",
    ['s.yaml:3: "column" is missing: add it, with a text as its value'],
  ],
  [
    "an exception without a reason",
    "version: 1\nignore:\n  - object: app.x",
    ['s.yaml:3: "reason" is missing: add it, with a text as its value'],
  ],
  [
    "an exception without an object",
    "version: 1\nignore:\n  - reason: x",
    ['s.yaml:3: "object" is missing: add it, with a text as its value'],
  ],
  [
    "an exception with an unknown code",
    "version: 1\nignore:\n  - { object: a, reason: b, code: mising }",
    [expect.stringMatching(/^s\.yaml:3: ignore\.0\.code must be one of "missing", .*\. Did you mean "missing"\?$/)],
  ],
  [
    "an exception with a day that does not exist",
    "version: 1\nignore:\n  - object: a\n    reason: b\n    until: 2026-02-31",
    ['s.yaml:5: "until" must be a day such as 2026-12-31, not "2026-02-31"'],
  ],
  [
    "an exception with a text instead of a day",
    "version: 1\nignore:\n  - { object: a, reason: b, until: someday }",
    ['s.yaml:3: "until" must be a day such as 2026-12-31, not "someday"'],
  ],
  [
    "a misspelled privilege",
    under("tables:\n  users:\n    grants: { reader: [selct] }"),
    [
      expect.stringMatching(
        /^s\.yaml:6: schemas\.app\.tables\.users\.grants\.reader\.0 must be one of "select", .*\. Did you mean "select"\?$/,
      ),
    ],
  ],
  [
    "a privilege instead of a list",
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
    "grants on a trigger",
    under("tables:\n  users:\n    triggers:\n      touch: { grants: {} }"),
    [expect.stringMatching(/^s\.yaml:7: unknown key "grants"; valid keys: absent, .*fires$/)],
  ],
  [
    "a misspelled property of a rule",
    under("tables:\n  users:\n    rules:\n      r: { definiton: x }"),
    ['s.yaml:7: unknown key "definiton". Did you mean "definition"?'],
  ],
  [
    "a misspelled value of fires",
    under("tables:\n  users:\n    rules:\n      r: { fires: replicas }"),
    [
      's.yaml:7: schemas.app.tables.users.rules.r.fires must be one of "origin", "replica", "always", "disabled", not "replicas". Did you mean "replica"?',
    ],
  ],
  ["a misspelled section of statistics", under("statistic: []"), ['s.yaml:4: unknown key "statistic". Did you mean "statistics"?']],
  [
    "a list instead of statistics",
    under("statistics:\n  s: [a, b]"),
    ["s.yaml:5: schemas.app.statistics.s must be a text or a mapping, not a list"],
  ],
  ["a misspelled section at the top", "version: 1\npublication: []", ['s.yaml:2: unknown key "publication". Did you mean "publications"?']],
  [
    "a misspelled property of a publication",
    "version: 1\npublications:\n  news: { table: [a] }",
    ['s.yaml:3: unknown key "table". Did you mean "tables"?'],
  ],
  [
    "an operation that cannot be published",
    "version: 1\npublications:\n  news: { operations: [select] }",
    ['s.yaml:3: publications.news.operations.0 must be one of "insert", "update", "delete", "truncate", not "select"'],
  ],
  [
    "a misspelled property of an event trigger",
    "version: 1\neventTriggers:\n  audit: { events: ddl_command_end }",
    ['s.yaml:3: unknown key "events". Did you mean "event"?'],
  ],
  [
    "a table instead of a list of tables",
    "version: 1\npublications:\n  news: { tables: app.users }",
    ['s.yaml:3: publications.news.tables must be a list, not "app.users"'],
  ],
  [
    "a required name without a star",
    under("tables:\n  users: { required: true }"),
    ['s.yaml:5: "required" is only for patterns, and "users" has no star: remove "required"'],
  ],
  [
    "required: false",
    under('tables:\n  "a_*": { required: false }'),
    ["s.yaml:5: schemas.app.tables.a_*.required must be true, not false"],
  ],
  [
    "a pattern that is absent and required",
    under('tables:\n  "a_*": { absent: true, required: true }'),
    ['s.yaml:5: an object with "absent" cannot have "required": remove "required", or remove "absent"'],
  ],
  ["a pattern that is listed twice", under('tables: ["a_*", "a_*"]'), ['s.yaml:4: "a_*" is listed twice: remove one of the two']],
  [
    "a pattern for functions with a list of overloads",
    under('functions:\n  "api_*":\n    - (bigint)'),
    ['s.yaml:5: "api_*" is a pattern and cannot list overloads: use "each" for properties of all matching functions'],
  ],
  [
    "arguments in each",
    under('functions:\n  "api_*": { each: { args: () } }'),
    [expect.stringMatching(/^s\.yaml:5: unknown key "args"; valid keys: /)],
  ],
  [
    "a naming rule that is not a valid regular expression",
    under('naming:\n  tables: "[a-z"'),
    [expect.stringMatching(/^s\.yaml:5: "\[a-z" is not a valid regular expression: /)],
  ],
  ["a naming rule for an unknown kind", under("naming:\n  table: '[a-z]+'"), ['s.yaml:5: unknown key "table". Did you mean "tables"?']],
  [
    "a naming rule without an expression",
    under("naming:\n  tables: { severity: info }"),
    ['s.yaml:5: "like" is missing: add it, with a text as its value'],
  ],
  [
    "a misspelled value of migrations",
    "version: 1\nmigrations: head",
    ['s.yaml:2: migrations must be "heads", not "head". Did you mean "heads"?'],
  ],
  ["a list instead of migrations", "version: 1\nmigrations: [heads]", ['s.yaml:2: migrations must be "heads" or a mapping, not a list']],
  [
    "heads with an unknown property",
    "version: 1\nmigrations:\n  heads: { resaon: x }",
    ['s.yaml:3: unknown key "resaon". Did you mean "reason"?'],
  ],
  [
    "a version table with absent",
    "version: 1\nmigrations:\n  v: { column: c, equals: [a], absent: true }",
    [expect.stringMatching(/^s\.yaml:3: unknown key "absent"; valid keys: /)],
  ],
  [
    "an unsupported major version of Postgres",
    "version: 1\npostgres: 9.6",
    ['s.yaml:2: postgres must be a major version, 14 or higher, not "9.6"'],
  ],
  ["a key that is listed twice", "version: 1\nschemas: {}\nschemas: {}", ['s.yaml:3: "schemas" is listed twice: remove one of the two']],
  [
    "a name that is listed twice in different quotes",
    under("tables:\n  \"a b\": {}\n  'a b': {}"),
    ['s.yaml:6: "a b" is listed twice: remove one of the two'],
  ],
  ["a list as a name", "version: 1\nschemas:\n  ? [a, b]\n  : {}", ["s.yaml:3: a name must be a text"]],
  ["the braces of a template", under("tables:\n  {{ name }}:"), [expect.stringMatching(/^s\.yaml:5: /)]],
  [
    "a YAML tag",
    "version: 1\nschemas: !ruby/object:Foo\n  app: {}",
    ["s.yaml:2: not valid YAML: the tag !ruby/object:Foo is not known; remove it"],
  ],
  ["a second document", "version: 1\n---\nversion: 1", ['s.yaml:2: the file has a second YAML document: remove this line "---"']],
  ["an empty name", "version: 1\nschemas:\n  : {}", ["s.yaml:3: a name must not be empty"]],
  [
    "broken YAML",
    "version: 1\nschemas: { app: [",
    [
      's.yaml:2: not valid YAML: a "]" is missing at the end of a list or map; add it before this line',
      's.yaml:2: not valid YAML: a "}" is missing at the end of a list or map; add it before this line',
    ],
  ],
  ["a tab as indentation", "version: 1\nschemas:\n\tapp:", [expect.stringMatching(/^s\.yaml:3: .*[Tt]ab/)]],
  [
    "an alias without an anchor",
    "version: 1\nschemas:\n  app: *common",
    ["s.yaml:3: the alias *common has no anchor: write &common at an earlier value, or quote the text"],
  ],
])("reports %s with its line", (_, text, expected) => {
  expect(problems(text)).toEqual(expected);
});

test("reports all problems together, in the order of the file", () => {
  const text = under("mode: most\ntables:\n  users:\n    columns:\n      id: 1\n      name: [text]\n    index: []\nfunction: []");
  expect(problems(text).map((line) => /^s\.yaml:(\d+): (.{30})/.exec(line)?.slice(1))).toEqual([
    ["4", expect.stringContaining("schemas.app.mode")],
    ["9", expect.stringContaining("schemas.app.tables.users.colum")],
    ["10", expect.stringContaining("unknown key")],
    ["11", expect.stringContaining("unknown key")],
  ]);
});

describe("a valid spec", () => {
  test("keeps the text of numbers", () => {
    const spec = parseSpec("version: 1\nmigrations: { v: { column: c, equals: [0035, 1.10, 1e3, 9223372036854775807] } }", "s.yaml");
    expect(spec.migrations[0]?.equals).toEqual(["0035", "1.10", "1e3", "9223372036854775807"]);
  });

  test("has the line of each entry", () => {
    const spec = parseSpec(under("tables:\n  users:\n    columns:\n      id: bigint\n      name:\n        type: text\n  teams:"), "s.yaml");
    const users = spec.schemas.get("app")?.tables?.get("users");
    expect([users?.line, users?.columns?.get("id")?.line, users?.columns?.get("name")?.line]).toEqual([5, 7, 8]);
    expect(spec.schemas.get("app")?.tables?.get("teams")).toMatchObject({ line: 10, nameOnly: true });
  });

  test("can have only a version", () => {
    expect(parseSpec("version: 1", "s.yaml")).toMatchObject({ migrations: [], ignore: [] });
  });

  test("can contain a table with the name of a JavaScript property", () => {
    const tables = parseSpec(under("tables: { constructor: , toString: { columns: [valueOf] } }"), "s.yaml").schemas.get("app")?.tables;
    expect([...(tables?.keys() ?? [])]).toEqual(["constructor", "toString"]);
  });
});
