import { deadline } from "../../deadline.ts";
import { OffshootError } from "../../errors.ts";
import { connect, type Session } from "../../postgres/connect.ts";
import { identifier } from "../../postgres/identifier.ts";
import { directUrl, withDatabase } from "../../postgres/url.ts";
import type { Copy } from "../provider.ts";
import type { OwnerTag } from "../../identity/owner-tag.ts";
import { commentOn, formatComment } from "./databases.ts";
import { dropEntry } from "./drop.ts";
import { tryCreatorLocks } from "./locks.ts";
import { scratchName } from "./names.ts";
import { settingValue } from "./setting-value.ts";

const COPY_MS = 60_000;

/**
 * The statement that copies a database. `file_copy` (PostgreSQL 15) copies files between two checkpoints: several times
 * faster than the default copy through the log when a checkpoint needs no flush to disk, and slower otherwise.
 */
export function copyStatement(to: string, from: string, isQuick: boolean): string {
  return `create database ${identifier(to)} template ${identifier(from)}${isQuick ? " strategy file_copy" : ""}`;
}

/**
 * Statements that add to database `to` what its copy of `from` lacks: `create database … template` copies neither
 * `alter database … set` nor `grant … on database` (PostgreSQL documentation, CREATE DATABASE, notes).
 */
export async function propertyStatements(session: Session, from: string, to: string): Promise<string[]> {
  const rows = await session.query<{ statement: string }>(
    `with source as (select oid, datacl from pg_catalog.pg_database where datname = $1),
     settings as (
       select setrole, pg_catalog.split_part(entry, '=', 1) as key, pg_catalog.substr(entry, pg_catalog.strpos(entry, '=') + 1) as value
       from pg_catalog.pg_db_role_setting, pg_catalog.unnest(setconfig) as entry where setdatabase = (select oid from source))
     select 1 as step, pg_catalog.format('revoke all on database %I from public', $2::pg_catalog.text) as statement from source where datacl is not null
     union all
     select 2, pg_catalog.format('grant %s on database %I to %s%s', privilege_type, $2::pg_catalog.text,
         case grantee when 0 then 'public' else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee)) end,
         case when is_grantable then ' with grant option' else '' end)
       from source, pg_catalog.aclexplode(datacl)
     union all
     select 3, case setrole when 0 then pg_catalog.format('alter database %I', $2::pg_catalog.text)
           else pg_catalog.format('alter role %I in database %I', pg_catalog.pg_get_userbyid(setrole), $2::pg_catalog.text) end
         || pg_catalog.format(' set %s to ', (select pg_catalog.string_agg(pg_catalog.quote_ident(part), '.') from pg_catalog.unnest(pg_catalog.string_to_array(key, '.')) part))
         || ${settingValue("key", "value")}
       from settings
     order by step`,
    [from, to],
  );
  return rows.map((row) => row.statement);
}

export interface CopyOptions {
  /** Whether a checkpoint of the server needs no flush to disk. */
  readonly isQuick?: boolean;
  /** The owner tag of the copy. */
  readonly tag: OwnerTag;
  readonly signal: AbortSignal;
  /** Runs the statement that copies, such as in the only session that is open in the database. Default a session of its own. */
  readonly run?: ((statement: string) => Promise<unknown>) | undefined;
}

/**
 * `Database.copy` on a local server. The copy has a scratch name, and its lock is held until the copy is dropped. If this
 * process is killed, the next creation on that server drops the copy, and `offshoot sweep` lists it with the tag.
 */
export async function copyDatabase(serverUrl: string, database: string, { isQuick = false, tag, signal, run }: CopyOptions): Promise<Copy> {
  const session = await connect(serverUrl, { applicationName: "offshoot:copy", signal });
  const scratch = scratchName();
  const within = deadline("copying the database", COPY_MS, signal);
  const drop = async (): Promise<void> => {
    try {
      await dropEntry(session, { name: scratch, isTemplate: false });
    } finally {
      await session.close();
    }
  };
  try {
    if (!(await tryCreatorLocks(session, scratch, scratch))) {
      throw new OffshootError("UNEXPECTED", `The database ${database} was not copied: another process is stopping its server.`, {
        remedy: "Run the command again.",
      });
    }
    const copying = copyStatement(scratch, database, isQuick);
    await (run === undefined ? session.query(copying) : run(copying));
    await session.query(commentOn(scratch, formatComment(tag)));
    for (const statement of await propertyStatements(session, database, scratch)) await session.query(statement);
    within.check();
  } catch (thrown) {
    await drop();
    throw thrown;
  }
  return { url: directUrl(withDatabase(serverUrl, scratch)), drop };
}
