import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { hideMessages, hideValues, privateOutput } from "../../../src/postgres/private-output.ts";

/** What a program prints, with the values SECRET…, and what of it is shown to other jobs. */
const PRINTED: Readonly<Record<string, readonly [printed: string, shown: string]>> = {
  "libpq: the detail of a duplicate key": [
    'ERROR:  duplicate key value violates unique constraint "u"\nDETAIL:  Key (email)=(SECRET@a.example) already exists.\nHINT:  h',
    'ERROR:  duplicate key value violates unique constraint "u"\nDETAIL:  …\nHINT:  h',
  ],
  "libpq: a value with a line break": [
    "DETAIL:  Key (note)=(SECRET 1.\nSECRET 2\nSECRET 3) already exists.\nCONTEXT:  f",
    "DETAIL:  …\nCONTEXT:  f",
  ],
  "libpq: a detail of several lines": [
    "DETAIL:  view v depends on SECRET\nview w depends on SECRET\nHINT:  Use CASCADE.",
    "DETAIL:  …\nHINT:  Use CASCADE.",
  ],
  "libpq in German": [
    "FEHLER:  doppelter Schlüsselwert\nDETAIL:  Schlüssel »(email)=(SECRET)« existiert bereits.\nweiter",
    "FEHLER:  doppelter Schlüsselwert\nDETAIL:  …\nweiter",
  ],
  "libpq in French": ["DÉTAIL : La clé « (email)=(SECRET) » existe déjà.", "DÉTAIL : …"],
  "libpq: data of COPY and the line of a statement": [
    'ERROR:  invalid input syntax for type integer: "SECRET"\nCONTEXT:  COPY t, line 1, column a: "SECRET"\nLINE 2:   (3, \'SECRET\')',
    "ERROR:  invalid input syntax for type integer: \"…\"\nCONTEXT:  COPY t, line 1, column a: …\nLINE 2:   (3, '…')",
  ],
  "libpq: the mark after a hidden value": ["LINE 2: values ('SECRET', nope)\n                          ^\nok", "LINE 2: values (…)\nok"],
  "libpq: the mark before a hidden value": [
    "LINE 2: select nope, 'SECRET'\n               ^",
    "LINE 2: select nope, '…'\n               ^",
  ],
  "a row that a check refuses": [
    'new row for relation "t" violates check constraint "c"\nFailing row contains (1, SECRET, (SECRET)).',
    'new row for relation "t" violates check constraint "c"\nFailing row contains …).',
  ],
  "node-postgres": [
    "  code: '23505',\n  detail: 'Key (email)=(SECRET) already exists.',\n  where: 'COPY t, line 1: \"SECRET\"',\n  table: 't',",
    "  code: '23505',\n  detail: …\n  where: 'COPY t, line 1: …\n  table: 't',",
  ],
  "node-postgres: a value with a line break": [
    "  detail: 'Key (note)=(SECRET\\n' +\n    'SECRET\\n' +\n    'SECRET) already exists.',\n  hint: undefined,",
    "  detail: …\n  hint: undefined,",
  ],
  "psql -a: a statement that reads no table": [
    "select 'SECRET'::date;\nselect 'SECRET' + true;\nperform set_config('app.key', 'SECRET', true);\npsql:m.sql:1: ERROR:  no",
    "select '…'::date;\nselect '…' + true;\nperform set_config('…', '…', true);\npsql:m.sql:1: ERROR:  no",
  ],
  "Node: a statement of several lines in a property": [
    "  sql: 'create table uu(v text);\\n' +\n    \"insert into uu values('SECRET');\\n\" +\n    'alter table uu alter v type uuid using v::uuid;',\n  code: '22P02',",
    "  sql: 'create table uu(v text);\\n' +\n    \"insert into uu values(…);\\n\" +\n    'alter table uu alter v type uuid using v::uuid;',\n  code: '22P02',",
  ],
  "node-postgres without a detail": ["  detail: undefined,\n  table: 't',", "  detail: undefined,\n  table: 't',"],
  "a log in JSON": [
    '{"level":"error","message":"no","detail":"Key (a)=(SECRET) already exists.","code":"23505"}',
    '{"level":"error","message":"no","detail":…',
  ],
  MikroORM: [" - detail: Key (email)=(SECRET) is duplicated.\n    code: '23505',", " - detail: …\n    code: '23505',"],
  Sequelize: ["ERROR: Validation error\nERROR DETAIL: Key (email)=(SECRET) is duplicated.", "ERROR: Validation error\nERROR DETAIL: …"],
  JDBC: [
    "ERROR: duplicate key value violates unique constraint \"u\"\n  Detail: Key (email)=(SECRET) already exists. [Failed SQL: (0) INSERT INTO t VALUES ('SECRET')]",
    'ERROR: duplicate key value violates unique constraint "u"\n  Detail: …',
  ],
  "Liquibase without a detail": [
    "Reason: liquibase.exception.DatabaseException: ERROR: no [Failed SQL: (0) INSERT INTO t (a, b) VALUES ('SECRET', 4111)]",
    "Reason: liquibase.exception.DatabaseException: ERROR: no [Failed SQL: (0) INSERT INTO t (a, b) VALUES (…)]",
  ],
  Laravel: [
    'SQLSTATE[23505]: Unique violation: 7 ERROR:  duplicate key (SQL: insert into "t" ("email", "n") values (SECRET@a.example, 4111))',
    'SQLSTATE[23505]: Unique violation: 7 ERROR:  duplicate key (SQL: insert into "t" ("email", "n") values (…))',
  ],
  "Laravel with the detail on the same line": [
    'SQLSTATE[23505]: Unique violation: 7 ERROR:  duplicate key DETAIL:  Key (email)=(SECRET) already exists. (SQL: insert into "t" values (SECRET))',
    "SQLSTATE[23505]: Unique violation: 7 ERROR:  duplicate key DETAIL:  …",
  ],
  Rails: [
    'PG::UniqueViolation: ERROR:  duplicate key\nDETAIL:  Key (email)=(SECRET) already exists.\n: INSERT INTO "t" ("email") VALUES ($1) RETURNING "id"  [["email", "SECRET"]]',
    'PG::UniqueViolation: ERROR:  duplicate key\nDETAIL:  …\n: INSERT INTO "t" ("email") VALUES (…) RETURNING "id"  …',
  ],
  SQLAlchemy: [
    "[SQL: insert into t (email) values (%(email)s)]\n[parameters: ({'email': 'SECRET'}, {'email': 'SECRET'})]\n(Background on this error at: https://sqlalche.me/e/14/gkpj)",
    "[SQL: insert into t (email) values (…)]\n[parameters: (…)]\n(Background on this error at: https://sqlalche.me/e/14/gkpj)",
  ],
  TypeORM: [
    `query failed: INSERT INTO "t"("email") VALUES ($1) -- PARAMETERS: ["SECRET"]\n  query: "insert into t (id, email) values (1, 'SECRET'), (2, 'SECRET')",\n  parameters: [ 'SECRET',\n    'SECRET' ],\n  code: '23505',`,
    `query failed: INSERT INTO "t"("email") VALUES (…) -- PARAMETERS: […]\n  query: "insert into t (id, email) values (…), (…)",\n  parameters: […]\n  code: '23505',`,
  ],
  Knex: [
    "error: insert into t (email) values ('SECRET') - duplicate key value violates unique constraint \"u\"",
    'error: insert into t (email) values (…) - duplicate key value violates unique constraint "u"',
  ],
  "Drizzle and Payload": [
    '  "message": "Failed query: insert into \\"t\\" (\\"a\\") values ($1)\\nparams: SECRET,SECRET",\n  "params": [\n    "SECRET",\n    "SECRET"\n  ]\n}',
    '  "message": "Failed query: insert into \\"t\\" (\\"a\\") values (…)\\nparams: …\n  "params": […]\n}',
  ],
  "a statement with its parameters on the same line": [
    '"message": "Failed query: insert into t values (\'SECRET\'); end $$\\nparams: SECRET"',
    '"message": "Failed query: insert into t values (…); end $$\\nparams: …',
  ],
  "a statement on several lines": [
    "Error executing:\ninsert into t (id, email)\nvalues\n  (1, 'SECRET'),\n  (2, 'SECRET\nSECRET'),\n  (3, 'SECRET');\nerror: no",
    "Error executing:\ninsert into t (id, email)\nvalues\n  (…),\n  (…\n…),\n  (…);\nerror: no",
  ],
  "a statement in a program": [
    `    op.execute("update t set email = 'SECRET' where email = 'SECRET'")\n  File "x.py", line 3`,
    `    op.execute("update t set email = '…' where email = '…'")\n  File "x.py", line 3`,
  ],
  "a statement with escaped quotes": [
    "    await q.query('update t set a = \\'SECRET\\'')",
    "    await q.query('update t set a = \\'…\\'')",
  ],
  pgx: [
    'ERROR: invalid input syntax for type integer: "SECRET" (SQLSTATE 22P02)',
    'ERROR: invalid input syntax for type integer: "…" (SQLSTATE 22P02)',
  ],
  Npgsql: [
    "Npgsql.PostgresException (0x80004005): 23505: duplicate key\n\nDETAIL: Key (email)=(SECRET) already exists.\n    Detail: Key (email)=(SECRET) already exists.",
    "Npgsql.PostgresException (0x80004005): 23505: duplicate key\n\nDETAIL: …\n    Detail: …",
  ],
  "with the colours of a terminal": ["\u001B[31mDETAIL:\u001B[0m  Key (a)=(SECRET) already exists.", "DETAIL:  …"],
};

describe("the output of a command for other jobs", () => {
  for (const [name, [printed, shown]] of Object.entries(PRINTED)) {
    test(`has no value of a row: ${name}`, () => {
      expect(hideValues(printed)).toBe(shown);
    });

    test(`has no value of a row, however the output is divided: ${name}`, () => {
      const output = privateOutput();
      const whole =
        Array.from(printed)
          .map((letter) => output.push(letter))
          .join("") + output.end();
      expect(whole).toBe(shown);
    });
  }

  test("is unchanged where it contains no value", () => {
    const text = [
      "Applying library.0001_authors... OK",
      "{ event: 'migrating', name: '001_a.js' }",
      "Error: Cannot find module 'pg'",
      "  code: 'MODULE_NOT_FOUND',",
      "error: unknown option '--foo'",
      "For details: see the page.",
      "== 20240101000000-a: migrating =======",
      'ERROR:  relation "shop" does not exist',
      "LINE 1: select * from shop",
    ].join("\n");
    expect(hideValues(text)).toBe(text);
  });

  test("keeps the lines after a detail that has no end", () => {
    const lines = Array.from({ length: 60 }, (_, at) => `line ${at}`);
    expect(hideValues(["DETAIL:  SECRET", ...lines].join("\n"))).toMatch(/^DETAIL: {2}…\nline 2\d\n(?:line \d+\n)*line 59$/);
  });

  test("contains no more of an endless line than 8,000 characters", () => {
    expect(hideValues(`${"x".repeat(300_000)}\nnext`)).toBe(`${"x".repeat(8_000)}…\nnext`);
  });

  test("loses no line of what the tools print, except those of a detail", () => {
    const folder = new URL("../../fixtures/printed-errors/", import.meta.url);
    for (const kind of ["real", "documented"]) {
      for (const name of readdirSync(new URL(`${kind}/`, folder))) {
        const text = readFileSync(new URL(`${kind}/${name}`, folder), "utf8");
        const shown = hideValues(text);
        expect.soft(shown.split("\n").length, name).toBeGreaterThan(text.split("\n").length * 0.9);
        expect.soft(shown, name).not.toMatch(/\)=\((?!…)/);
      }
    }
  });
});

test("a message that the server sent is shown without values, in whatever form a program prints it", () => {
  const sent = [{ message: 'customer "SECRET" of SECRET@a.example\nSECRET' }];
  expect(hideMessages('oh: customer "SECRET" of SECRET@a.example\n  SECRET\nend', sent)).toBe('oh: customer "…" of …\n  …\nend');
});
