/**
 * The migration command for a folder of SQL files: `apply-sql.cjs FOLDER up [COUNT]` and `apply-sql.cjs FOLDER down`, for
 * the database at `DATABASE_URL`.
 */
import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, messageOf } from "../errors.ts";
import { failUnlessSettled } from "../process/settled.ts";
import { type Session, withSession } from "../postgres/connect.ts";
import { createOnlyOurs } from "../postgres/only-ours.ts";
import { nthStatement } from "../postgres/sql/nth-statement.ts";
import { readBytes } from "../read-file.ts";
import { fileError } from "./file-error.ts";
import type { SentFile } from "./file-place.ts";
import { commitsItself, keptByCommit, MOST_BYTES, psqlOnly, readPlainSql } from "./plain-file.ts";
import { byBytes } from "./repository.ts";
import { isUpFile, sqlName } from "./sql.ts";

/** The error of `CREATE INDEX CONCURRENTLY` and similar statements in a transaction (PostgreSQL documentation, appendix A: active_sql_transaction). */
const NOT_IN_TRANSACTION = "25001";

const ALONE = "A statement that cannot run in a transaction must be the only one in its file.";

/** `reset all` does not reset the role (PostgreSQL documentation, "RESET"). */
const RESET_ROLE = "reset session authorization; reset role";

/** The migrations run with the search path of the database, so every name and operator in the statements of this file has its schema. */
const CREATE = `create schema if not exists offshoot; create table if not exists offshoot.applied
  (name pg_catalog.text primary key, at pg_catalog.timestamptz not null default pg_catalog.now(), content pg_catalog.text)`;

/** An earlier version of offshoot made the table without it. */
const HAS_CONTENT = `select from pg_catalog.pg_attribute a where a.attrelid operator(pg_catalog.=) 'offshoot.applied'::pg_catalog.regclass
  and a.attname operator(pg_catalog.=) 'content'`;

const [, , folder = ".", direction = "up", count] = process.argv;

failUnlessSettled(main(), process);

async function main(): Promise<void> {
  try {
    const work = direction === "down" ? down : up;
    await withSession(process.env["DATABASE_URL"] ?? "", work, { applicationName: process.env["PGAPPNAME"], settings: "database" });
  } catch (thrown) {
    process.stderr.write(`${messageOf(thrown)}\n`);
    process.exitCode = 1;
  }
}

async function up(session: Session): Promise<void> {
  await createOnlyOurs(session, CREATE, ["applied"]);
  if ((await session.query(HAS_CONTENT)).length === 0) await session.query("alter table offshoot.applied add content pg_catalog.text");
  const applied = new Map((await appliedFiles(session)).map(({ name, content }) => [name, content]));
  const files = (await readdir(folder)).filter(isUpFile).toSorted(byBytes);
  await warnOfChanges(applied, files);
  const pending = files.filter((file) => !applied.has(sqlName(file))).slice(0, count === undefined ? undefined : Number(count));
  // A file that cannot be applied is reported before anything is applied.
  for (const file of pending) await readPlainSql(join(folder, file));
  for (const file of pending) {
    const content = quoted(await hashOf(file));
    await apply(session, file, `insert into offshoot.applied (name, content) values (${quoted(sqlName(file))}, ${content})`);
    process.stdout.write(`applied ${file}\n`);
  }
}

/** What the database has from files that are different or missing now. It stays there, so the schema is not that of the files. */
async function warnOfChanges(applied: ReadonlyMap<string, string | null>, files: readonly string[]): Promise<void> {
  for (const [name, content] of applied) {
    const file = files.find((each) => sqlName(each) === name);
    const changed = file !== undefined && content !== null && content !== (await hashOf(file));
    if (!changed && file !== undefined) continue;
    const what = changed
      ? `${file} has changed since it was applied to this database, and is not applied again.`
      : `${name} was applied to this database, and its file is missing now.`;
    process.stderr.write(`warning: ${what} The schema can differ from that of the files.\n`);
  }
}

async function hashOf(file: string): Promise<string> {
  return createHash("sha256")
    .update(await readBytes(join(folder, file), MOST_BYTES))
    .digest("hex");
}

async function down(session: Session): Promise<void> {
  const last = (await appliedFiles(session)).at(-1)?.name;
  if (last === undefined) return;
  await apply(session, `${last}.down.sql`, `delete from offshoot.applied where name operator(pg_catalog.=) ${quoted(last)}`);
  process.stdout.write(`rolled back ${last}\n`);
}

/** `content`: null where an earlier version of offshoot applied the file. */
async function appliedFiles(session: Session): Promise<readonly { readonly name: string; readonly content: string | null }[]> {
  return session.query<{ name: string; content: string | null }>(
    'select name, content from offshoot.applied order by name collate pg_catalog."C"',
  );
}

/** Without a quote of one sign: after a file that leaves a text open, that quote would end the text, and the error would be of our statement. */
function quoted(value: string): string {
  let tag = "$offshoot$";
  while (value.includes(tag)) tag = tag.replace(/\$$/, "_$");
  return `${tag}${value}${tag}`;
}

/** One message with a transaction of its own, which a file can also end itself, and begin another one. */
async function apply(session: Session, file: string, record: string): Promise<void> {
  const text = await readPlainSql(join(folder, file));
  try {
    await runFile(session, file, text, { before: "begin;\n", after: `\n;${RESET_ROLE};${record};commit` });
  } catch (thrown) {
    const isOther = codeOf(thrown instanceof Error ? thrown.cause : thrown) !== NOT_IN_TRANSACTION;
    // The statements of one message are in a transaction, also without `begin`.
    if (isOther || commitsItself(text) || nthStatement(text, 1) !== undefined) throw thrown;
    await runFile(session, file, text, { before: "", after: "" });
    await session.query(record);
  }
}

/** Resets the session after each file, so that a search path or role that a file sets does not affect the next file. */
async function runFile(session: Session, file: string, text: string, { before, after }: Pick<SentFile, "before" | "after">): Promise<void> {
  try {
    await session.query(`${before}${text}${after}`);
  } catch (thrown) {
    const completed = session.completed();
    const countsBytes = await isAsciiOnly(session);
    const statementsBefore = before === "" ? 0 : 1;
    const lines = fileError(file, thrown, { before, text, after, statementsBefore, completed, countsBytes });
    const all = [
      ...lines,
      codeOf(thrown) === NOT_IN_TRANSACTION ? ALONE : psqlOnly(text),
      keptByCommit(text, completed - statementsBefore),
    ];
    throw new Error(all.filter((line) => line !== undefined).join("\n"), { cause: thrown });
  } finally {
    await session.query(`rollback; ${RESET_ROLE}; reset all`);
  }
}

/** Whether the server knows only bytes. It answers after the end of the transaction that failed. */
async function isAsciiOnly(session: Session): Promise<boolean> {
  const rows = await session.query<{ server_encoding: string }>("rollback; show server_encoding").catch(() => []);
  return rows[0]?.server_encoding === "SQL_ASCII";
}
