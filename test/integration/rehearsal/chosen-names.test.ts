// The judge is the server: the names that it gives constraints and indexes of the original statement.
import { beforeAll, expect, test } from "vitest";
import { advise } from "../../../src/rehearsal/advice/advise.ts";
import { tokensOf } from "../../../src/postgres/sql/tokens.ts";
import { kindOf } from "../../../src/rehearsal/sql/kinds.ts";
import { namesIn } from "../../../src/rehearsal/sql/names.ts";
import { subjectOf } from "../../../src/rehearsal/judge/subject.ts";
import { migrationFiles } from "../../../src/rehearsal/sql/migration-files.ts";
import { newDatabase } from "../../support/new-database.ts";
import { type Session, withSession } from "../../support/session.ts";

const LONG = `${"long".repeat(15)}ong`;
const BEFORE = `create schema app;
create table app.ord (id int primary key);
create table app.customer (id int, email text, score int, note text, ord int, lower int, "Odd Col" int, ${LONG} int,
  constraint customer_note_check check (note <> 'z'));
create table app.${LONG} (id int, ${LONG} int);
create table app."Größe ü" (id int, "ä" int);`;

let url: string;
beforeAll(async () => {
  url = await newDatabase("chosen_names");
  await withSession(url, (session) => session.query(BEFORE));
});

const NAMES = `select conname::text as name from pg_constraint where connamespace = 'app'::regnamespace and contype <> 't'
  union select relname::text from pg_class where relnamespace = 'app'::regnamespace and relkind = 'i' order by 1`;

async function namesAfter(session: Session, statements: readonly string[]): Promise<readonly string[]> {
  const before = await session.query<{ name: string }>(NAMES);
  await session.query("begin");
  for (const sql of statements) await session.query(sql.replace(/\bconcurrently\b/, ""));
  const after = await session.query<{ name: string }>(NAMES);
  await session.query("rollback");
  return after.map(({ name }) => name).filter((name) => !before.some((each) => each.name === name));
}

const shown = {
  files: migrationFiles([]),
  literals: true,
  schema: {
    tables: [
      { schema: "app", name: "customer", columns: ["id", "email", "score", "note", "ord", "lower", "Odd Col", LONG] },
      { schema: "app", name: LONG, columns: ["id", LONG] },
      { schema: "app", name: "Größe ü", columns: ["id", "ä"] },
    ],
    taken: ["customer_note_check", "ord_pkey"],
  },
};

test.each([
  "add check (length(email) < 500), add check (score < 1000), add constraint named check (note <> 'x')",
  "add check (length(email) < 500), add check (email <> 'x')",
  "add check (note <> 'x')",
  "add check (score > id)",
  "add check (score > id), add check (score > id + 1), add check (1 = 1)",
  "add check (lower > 1 and lower(email) = email)",
  'add check ("Odd Col" > 1)',
  "add check (customer.score > 1)",
  "add check (email ~ 'a' and email is not null and email::varchar(20) <> 'b')",
  "add foreign key (ord) references app.ord",
  "add foreign key (ord) references app.ord (id), add foreign key (ord) references app.ord",
  'add foreign key ("Odd Col") references app.ord, add check (score > 0)',
  "add unique (email, score), add unique (email, score) include (note)",
  "add unique (id) include (email, score)",
  "add primary key (id, score)",
  'add unique ("Odd Col")',
  `add unique (${LONG}, email)`,
  `add check (${LONG} > 0), add check (${LONG} > 1)`,
  "add column n int default 5 check (n > 0) unique references app.ord",
  "add column n int default 5 check (n > score)",
  "add column n int default 5, add check (n > score), add check (n > 1)",
])("the names in the advice are those that Postgres chooses: alter table app.customer %s", async (actions) => {
  const { advised, chosen } = await namesOf(`alter table app.customer ${actions}`);
  expect(advised).toEqual(chosen);
});

test.each([
  `alter table app.${LONG} add check (${LONG} > 0), add check (${LONG} > 1), add check (id > 1), add unique (id, ${LONG}), add primary key (id)`,
  'alter table app."Größe ü" add check ("ä" > 0), add unique ("ä", id)',
  `alter table app.${LONG} add foreign key (${LONG}) references app.ord`,
])("the names in the advice are those that Postgres chooses: %s", async (sql) => {
  const { advised, chosen } = await namesOf(sql);
  expect(advised).toEqual(chosen);
});

/** The new names after the advised statements, and after the original. */
async function namesOf(sql: string): Promise<Record<"advised" | "chosen", readonly string[]>> {
  return withSession(url, async (session) => {
    const [row] = await session.query<{ major: number }>("select current_setting('server_version_num')::int / 10000 as major");
    const tokens = tokensOf(sql);
    const part = { tokens, kind: kindOf(tokens), names: namesIn(tokens), at: undefined };
    const sent = { session: "s", sql, startMs: 0, endMs: 1, tags: [], sqlstate: undefined, mark: undefined, isExact: true };
    const statement = { sent, startMs: 0, endMs: 1, pid: 1, transaction: 0, parts: [part], count: 1, migration: undefined, isQuiet: false };
    const { advice } = subjectOf({ statement, part }, { ...shown, major: row?.major ?? 18 });
    return { advised: await namesAfter(session, advice.sql), chosen: await namesAfter(session, [sql]) };
  });
}

test("without the columns of the table, names do not collide either", () => {
  const tokens = tokensOf("alter table t add check (a > 0), add check (b > 0), add check (length(a) > 1)");
  const { sql } = advise({ tokens, kind: kindOf(tokens), names: [], at: undefined }, 18);
  const names = sql.flatMap((each) => /add constraint (\S+)/.exec(each)?.[1] ?? []);
  expect(names).toEqual(["t_a_check", "t_b_check", "t_a_check1"]);
});
