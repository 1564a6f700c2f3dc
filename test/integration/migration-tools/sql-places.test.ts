// The judge of each place is psql: it runs the same file, and prints the failed statement, the line where it ends, and the line
// within the statement.
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { requireTool } from "../../../src/migration-tools/detect.ts";
import { variablesOfUrl } from "../../../src/providers/variables.ts";
import { withDatabase } from "../../../src/postgres/url.ts";
import { newDatabase } from "../../support/new-database.ts";
import { isInstalled } from "../../support/require.ts";
import { withSession } from "../../support/session.ts";
import { withFiles } from "../../support/tools.ts";

const run = promisify(execFile);
const hasPsql = isInstalled("psql");
const FILE = "1_shop.sql";

let url: string;
beforeAll(async () => {
  url = await newDatabase("places");
});

/** What offshoot and psql print about a file, each in a transaction that is rolled back. */
async function printed(bytes: string | Buffer, database = url): Promise<{ readonly own: string; readonly psql: string }> {
  return withFiles({ [`migrations/${FILE}`]: "select 1" }, async (repository) => {
    const path = join(repository.directory, "migrations", FILE);
    await writeFile(path, bytes);
    const { command, env } = await requireTool("sql", repository);
    const variables = { ...process.env, ...variablesOfUrl(database), ...env?.(database) };
    const failure = async (program: string, ...args: readonly string[]): Promise<string> =>
      run(program, args, { cwd: repository.directory, env: variables }).then(
        () => "",
        ({ stderr }: { stderr: string }) => stderr,
      );
    const psql = await failure("psql", "-X1b", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=default", "-f", path, database);
    return { own: await failure("sh", "-c", command), psql: psql.replaceAll(path, FILE) };
  });
}

interface Place {
  readonly message: string;
  readonly line: number | undefined;
  /** The text of the line, and how many columns the mark is to the right of its start. */
  readonly text?: string;
  readonly column?: number;
}

/** The line and the mark below the message, and the column of the mark. `LINE 10:` is longer than `LINE 1:`. */
function pointedIn(output: string): { readonly nth: number; readonly text: string; readonly column: number } | undefined {
  const [, label = "", nth, text = "", mark = ""] = /^(LINE (\d+): )(.*)\n( *)\^$/mu.exec(output) ?? [];
  return nth === undefined ? undefined : { nth: Number(nth), text, column: mark.length - label.length };
}

function ownPlace(output: string): Place {
  const [, line, message = ""] = /^1_shop\.sql(?::(\d+))?: ERROR: {2}[0-9A-Z]{5}: (.*)/.exec(output) ?? [];
  const { nth, ...pointed } = pointedIn(output) ?? {};
  // Both numbers are those of the file.
  if (nth !== undefined && nth !== Number(line)) throw new Error(output);
  return { message, line: line === undefined ? undefined : Number(line), ...pointed };
}

function psqlPlace(output: string): Place {
  const [, end, message = ""] = /^psql:1_shop\.sql:(\d+): ERROR: {2}(.*)/m.exec(output) ?? [];
  const statement = /^psql:1_shop\.sql:\d+: STATEMENT: {2}([^]*)\n$/m.exec(output)?.[1] ?? "";
  const start = Number(end) - statement.split("\n").length + 1;
  const { nth, ...pointed } = pointedIn(output) ?? {};
  if (nth !== undefined && !output.includes("\nQUERY: ")) return { message, line: start + nth - 1, ...pointed };
  // Without a position, the place is the first line of the statement. psql also sends the comments before it.
  const before = /^(?:\s|--[^\n]*\n|\/\*[^]*?\*\/)*/.exec(statement)?.[0] ?? "";
  return { message, line: start + before.split("\n").length - 1 };
}

const LONG = `select ${Array.from({ length: 30 }, (_, at) => `${at} as column_${at}`).join(", ")}`;

const FILES: Readonly<Record<string, string | Buffer>> = {
  "on the first line": "creat table shop ();\nselect 1;\n",
  "on the last line": "create table shop ();\nselect 1;\n\nselekt 2;\n",
  "with Windows line ends": "create table shop ();\r\n\r\nalter table shop\r\n  add a int,\r\n  ad b int;\r\n",
  "after the mark of UTF-8": "\u{feff}create table shop ();\nselekt 1;\n",
  "on the first line after the mark of UTF-8": "\u{feff}creat table shop ();\n",
  "after tabs": "create table shop ();\n\talter\ttable shop\n\t\tadd\ta itn;\n",
  "in the middle of a long line": `select 1;\n${LONG} selekt 1, ${LONG.slice(7)};\n`,
  "at the end of a long line": `select 1;\n${LONG}, nope from pg_class;\n`,
  "at the start of a long line": `select nope, ${LONG.slice(7)} from pg_class;\n`,
  "after emoji": "-- 🎉🎉🎉\nselect '🎉', '👩‍👩‍👧', nope from pg_class;\n",
  "after wide and combined letters": "-- Größe\nselect '日本語 テスト', 'e\u0301', nope\n  from pg_class;\n",
  "on a long line of wide letters": `select '${"日本".repeat(30)}', nope from pg_class;\n`,
  "after comments": "-- one;\n/* two;\n /* three; */ it's\n*/\ncreate table shop ();\n-- four\nselekt 1;\n",
  "after dollar quotes": "do $x$ begin\n  null; -- $$ '\nend $x$;\nselect $$;\n'$$;\nselekt 1;\n",
  "in the body of a function in PL/pgSQL":
    "select 1;\ncreate function f() returns int language plpgsql as $$\nbegin\n  retrun 1;\nend $$;\n",
  "in the body of a function in SQL":
    "create function f() returns int language sql as $$\n  select\n    nope from pg_class\n$$;\nselect 1;\n",
  "because of a missing relation": "create table shop ();\nselect 1\n;\ninsert into\n  shopp\nvalues (1);\n",
  "because of a missing column": "create table shop (id int);\nselect\n  id,\n  name\nfrom shop;\n",
  "because of a type": "create table shop (id int);\ninsert into shop\nvalues (1),\n  ('abc');\n",
  "because of a text that does not end": "select 1;\nselect 1,\n  'it is\n",
  "because of a quoted name that does not end": `select 1;\nselect "it is`,
  "because of a comment that does not end": "select 1;\n/* it is\n",
  "because of a dollar quote that does not end": "select 1;\nselect $$ it's\n",
  "at the end of a statement that does not end": "create table shop (\n  id int",
  "because of a missing semicolon": "create table shop ()\ncreate table other ();\n",
  "without a position: a key": "create table shop (id int primary key);\n\n-- rows\ninsert into shop\nvalues (1), (1);\nselect 1;\n",
  "without a position: a division": "select 1; select 2;\nselect 3; select\n  1 / (select 0); select 4;\n",
  "without a position: a function":
    "create function f() returns int language plpgsql as $$\nbegin\n  raise 'no;';\nend $$;\n\nselect f();\n",
  "without a position, after the body of a function":
    "create function f() returns int language sql begin atomic select 1; select 2; end;\nselect 1 / (select 0);\n",
  "without a position, after a rule":
    "create table shop (id int);\ncreate rule r as on insert to shop do also (delete from shop; select 1);\ninsert into shop values (1);\nselect 1 / (select 0);\n",
  "of a statement that cannot run in a transaction, after one that must": "savepoint one;\nvacuum pg_class;\n",
  "of a statement that cannot run in a transaction": "create table shop (id int);\ncreate index concurrently on shop (id);\nselect 1;\n",
};

describe.runIf(hasPsql)("an error has the line, the text and the mark of psql", () => {
  test.each(Object.entries(FILES))("%s", async (_name, bytes) => {
    const { own, psql } = await printed(bytes);
    const place = psqlPlace(psql);
    expect(place.line).toBeGreaterThan(0);
    expect({ ...ownPlace(own), own, psql }).toEqual({ ...place, own, psql });
  });
});

test.runIf(hasPsql)("an error in the second statement of a line has the whole line, of which psql shows the statement", async () => {
  const { own, psql } = await printed("select 1; selekt 2; select 3;\n");
  expect(own).toContain("LINE 1: select 1; selekt 2; select 3;\n                  ^\n");
  expect(psql).toContain("LINE 1: selekt 2;\n        ^\n");
});

/** The file's line with this word, from 1. */
const lineWith = (word: string, text: string): number => text.split("\n").findIndex((line) => line.includes(word)) + 1;

test.each([
  ["raises", "raise 'no'; -- here\n", "CONTEXT:  PL/pgSQL function inline_code_block line 5 at RAISE"],
  ["uses a missing relation", "select 1 into a from nope; -- here\n", "relation"],
  [
    "calls a function that raises",
    "perform f(); -- here\n",
    "CONTEXT:  PL/pgSQL function f() line 3 at RAISE\nPL/pgSQL function inline_code_block line 5 at PERFORM",
  ],
])("a DO block that %s has the line in the block", async (_name, statement, shown) => {
  const f = "create function f() returns int language plpgsql as $$\nbegin\n  raise 'no';\nend $$;\n";
  const text = `${f}do language plpgsql\n$$\ndeclare a int;\nbegin\n  null;\n  ${statement}end $$;\nselect 1;\n`;
  const { own } = await printed(text);
  expect({ line: ownPlace(own).line, own }).toEqual({ line: lineWith("-- here", text), own });
  expect(own).toContain(shown);
});

test("the query of a DO block has the line of the file, and not its own", async () => {
  const text = "select 1;\ndo $$ begin\n  perform 1;\n  perform *\n    from nope;\nend $$;\n";
  const { own } = await printed(text);
  expect(own).toContain(`1_shop.sql:5: ERROR:  42P01: relation "nope" does not exist\nLINE 5:     from nope;\n                 ^\n`);
});

test.each([
  [
    "in a statement",
    "create table shop (\n  id int\n\n",
    "1_shop.sql:2: ERROR:  42601: syntax error at end of input\nLINE 2:   id int\n                ^\n",
  ],
  ["in a text", "select 1;\nselect 'it is\n", `1_shop.sql:2: ERROR:  42601: unterminated quoted string at or near "'it is"\n`],
])("a file that ends %s has the line of it, and nothing that offshoot sends after it", async (_name, text, shown) => {
  const { own } = await printed(text);
  expect(own).toContain(shown);
  expect(own).not.toMatch(/offshoot\.applied|reset role/);
});

test("an error at the end of the transaction, in no statement of the file, has no line", async () => {
  const { own } = await printed("create table shop (id int unique deferrable initially deferred);\ninsert into shop values (1), (1);\n");
  expect(own).toMatch(/^1_shop\.sql: ERROR: {2}23505: [^\n]*\n$/);
});

test("the details of the server, which can have values of rows, are not shown", async () => {
  const { own, psql } = await printed(
    "create table shop (mail text unique);\ninsert into shop values ('ada@example.org');\ninsert into shop values ('ada@example.org');\n",
  );
  expect(psql).toContain("DETAIL:  Key (mail)=(ada@example.org)");
  expect(own).toMatch(/^1_shop\.sql:3: ERROR: {2}23505: [^\n]*\n$/);
});

test("in a database that knows only bytes, a position after other letters is the same", async () => {
  const name = new URL(url).pathname.slice(1).replace("places", "bytes");
  const options = `template template0 encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C'`;
  await withSession(url, (session) => session.query(`create database "${name}" ${options}`));
  const ascii = withDatabase(url, name);
  const { own } = await printed("-- Größe, 日本語\nselect 'ä', nope\nfrom pg_class;\n", ascii);
  expect(own).toContain("1_shop.sql:2: ERROR:  42703: column \"nope\" does not exist\nLINE 2: select 'ä', nope\n                    ^\n");
});
