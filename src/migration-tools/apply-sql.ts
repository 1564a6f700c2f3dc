/**
 * The migration command for a folder of SQL files: `apply-sql.cjs FOLDER up [COUNT]` and `apply-sql.cjs FOLDER down`, for
 * the database at `DATABASE_URL`.
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, messageOf } from "../errors.ts";
import { failUnlessSettled } from "../process/settled.ts";
import { type Session, withSession } from "../postgres/connect.ts";
import { literal } from "../postgres/identifier.ts";
import { commitsItself, psqlOnly, readPlainSql } from "./plain-file.ts";
import { byBytes } from "./repository.ts";
import { isUpFile, sqlName } from "./sql.ts";

/** The error of `CREATE INDEX CONCURRENTLY` and similar statements in a transaction (PostgreSQL documentation, appendix A: active_sql_transaction). */
const NOT_IN_TRANSACTION = "25001";

const ALONE = "A statement that cannot run in a transaction must be the only one in its file.";

/** `reset all` does not reset the role (PostgreSQL documentation, "RESET"). */
const RESET_ROLE = "reset session authorization; reset role";

/** The migrations run with the search path of the database, so every name in the statements of this file has its schema. */
const CREATE_TABLE = `create table if not exists offshoot.applied
  (name pg_catalog.text primary key, at pg_catalog.timestamptz not null default pg_catalog.now())`;

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
  await session.query("create schema if not exists offshoot");
  await session.query(CREATE_TABLE);
  const applied = new Set(await appliedNames(session));
  const files = (await readdir(folder)).filter(isUpFile).toSorted(byBytes);
  const pending = files.filter((file) => !applied.has(sqlName(file))).slice(0, count === undefined ? undefined : Number(count));
  // A file that cannot be applied is reported before anything is applied.
  for (const file of pending) await readPlainSql(join(folder, file));
  for (const file of pending) {
    await apply(session, file, `insert into offshoot.applied (name) values (${literal(sqlName(file))})`);
    process.stdout.write(`applied ${file}\n`);
  }
}

async function down(session: Session): Promise<void> {
  const last = (await appliedNames(session)).at(-1);
  if (last === undefined) return;
  await apply(session, `${last}.down.sql`, `delete from offshoot.applied where name operator(pg_catalog.=) ${literal(last)}`);
  process.stdout.write(`rolled back ${last}\n`);
}

async function appliedNames(session: Session): Promise<readonly string[]> {
  const rows = await session.query<{ name: string }>('select name from offshoot.applied order by name collate pg_catalog."C"');
  return rows.map(({ name }) => name);
}

/** One message with a transaction of its own, which a file can also end itself, and begin another one. */
async function apply(session: Session, file: string, record: string): Promise<void> {
  const text = await readPlainSql(join(folder, file));
  try {
    await runFile(session, file, text, `begin;\n${text}\n;${RESET_ROLE};${record};commit`);
  } catch (thrown) {
    if (codeOf(thrown instanceof Error ? thrown.cause : thrown) !== NOT_IN_TRANSACTION || commitsItself(text)) throw thrown;
    await runFile(session, file, text, text);
    await session.query(record);
  }
}

/** Resets the session after each file, so that a search path or role that a file sets does not affect the next file. */
async function runFile(session: Session, file: string, text: string, statements: string): Promise<void> {
  try {
    await session.query(statements);
  } catch (thrown) {
    // In the form of psql, which people and programs know.
    const code = codeOf(thrown);
    const hint = code === NOT_IN_TRANSACTION ? ALONE : psqlOnly(text);
    const lines = [`${file}: ${code === undefined ? "" : `ERROR:  ${code}: `}${messageOf(thrown)}`, ...(hint === undefined ? [] : [hint])];
    throw new Error(lines.join("\n"), { cause: thrown });
  } finally {
    await session.query(`rollback; ${RESET_ROLE}; reset all`);
  }
}
